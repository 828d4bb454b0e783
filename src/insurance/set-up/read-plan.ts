import type {
  InsurancePlan,
  InsurancePlanCoverageBenefit,
  InsurancePlanPlanSpecificCostBenefit,
  InsurancePlanPlanSpecificCostBenefitCost,
  Quantity,
} from 'fhir/r4.js';
import { type Decimal, decimalOf } from '../../fhir/decimal.ts';
import type {
  ByAge,
  ByCare,
  CeilingExclusion,
  ClaimCategory,
  Plan,
  PlanLimit,
  PlanLine,
  PriceOrigin,
  ScopedAmount,
  VisitType,
} from '../adjudication/scheme.ts';
import { targetOf } from '../insured-reference.ts';
import { codeOf, codesOf, kiungoExtension, PLAN_BENEFIT } from '../kiungo-codes.ts';
import { CLAIM_ITEM_REFERENCE } from '../openimis-codes.ts';
import { oncePer } from './once-per.ts';

/** How a line without a reference is named: `item|PARA`. */
export const lineCode = (kind: string, code: string): string => `${kind}|${code}`;

const CATEGORIES: Readonly<Record<string, ClaimCategory>> = {
  surgery: 'S',
  delivery: 'D',
  antenatal: 'A',
  hospitalization: 'H',
  consultation: 'C',
  visit: 'V',
};
const CARE: Readonly<Record<string, keyof ByCare>> = {
  general: 'all',
  hospital: 'hospital',
  'non-hospital': 'nonHospital',
};
const SCOPES: Readonly<Record<string, keyof ScopedAmount>> = {
  treatment: 'treatment',
  insuree: 'insuree',
  policy: 'policy',
  'extra-member': 'extraMember',
  maximum: 'maximum',
};

const MONEY = 'urn:iso:std:iso:4217';

const amountOf = (value: Quantity | undefined): Decimal | undefined =>
  value?.value === undefined ? undefined : decimalOf(value.value);

/** The ages that a concept is for: the one that its second code names, or both. */
const agesOf = (codes: readonly string[]): (keyof ByAge<unknown>)[] =>
  codes.includes('adult') ? ['adult'] : codes.includes('child') ? ['child'] : ['adult', 'child'];

const qualifiersOf = ({ qualifiers = [] }: InsurancePlanPlanSpecificCostBenefitCost): string[] =>
  qualifiers.flatMap(codesOf);

const isOneOf = <Code extends string>(codes: readonly Code[], code: string): code is Code =>
  (codes as readonly string[]).includes(code);
const VISITS = ['O', 'E', 'R'] as const;
const ORIGINS = ['P', 'O', 'R'] as const;
const EXCLUSIONS = ['H', 'N', 'B'] as const;

const setByAge = <Value>(into: ByAge<Value>, codes: readonly string[], value: Value): void => {
  for (const age of agesOf(codes)) into[age] = value;
};

/** Reads the costs of one drug or service into its line. */
const readCost = (line: PlanLine, cost: InsurancePlanPlanSpecificCostBenefitCost): void => {
  const codes = qualifiersOf(cost);
  const type = codeOf(cost.type, PLAN_BENEFIT);
  if (type === 'price-origin') {
    line.origin = codes.find((code): code is PriceOrigin => isOneOf(ORIGINS, code)) ?? line.origin;
  } else if (type === 'ceiling-exclusion') {
    const exclusion = codes.find((code): code is CeilingExclusion => isOneOf(EXCLUSIONS, code));
    if (exclusion === undefined) return;
    line.exclusion ??= {};
    setByAge(line.exclusion, codes, exclusion);
  } else if (type === 'coinsurance' || type === 'fixed-limit') {
    const visits = codes.filter((code): code is VisitType => isOneOf(VISITS, code));
    const value = amountOf(cost.value);
    for (const visit of visits.length === 0 ? VISITS : visits) {
      const kind = type === 'coinsurance' ? 'C' : 'F';
      const limit: PlanLimit = line.limits[visit]?.type === kind ? line.limits[visit] : { type: kind };
      line.limits[visit] = limit;
      if (value !== undefined) setByAge(limit, codes, value);
    }
  }
};

/** The names of the drug or service that a benefit is for. */
const namesOf = (
  kind: string,
  { type, extension = [] }: InsurancePlanPlanSpecificCostBenefit | InsurancePlanCoverageBenefit,
): string[] => {
  const reference = extension.find(({ url }) => url === CLAIM_ITEM_REFERENCE)?.valueReference;
  const target = targetOf(reference);
  if (target !== undefined) return [target];
  return [...codesOf(type), ...(type.text === undefined ? [] : [type.text])].map(code => lineCode(kind, code));
};

const readScoped = (benefit: InsurancePlanPlanSpecificCostBenefit): ScopedAmount => {
  const scoped: ScopedAmount = {};
  for (const cost of benefit.cost ?? []) {
    const scope = SCOPES[codeOf(cost.type, PLAN_BENEFIT) ?? ''];
    const amount = amountOf(cost.value);
    if (scope !== undefined && amount !== undefined) scoped[scope] = amount;
  }
  return scoped;
};

/** Reads maximum number and waiting months of one drug or service. */
const readLimits = (line: PlanLine, { limit = [] }: InsurancePlanCoverageBenefit): void => {
  for (const { code, value } of limit) {
    const amount = value?.value;
    if (amount === undefined) continue;
    const codes = codesOf(code);
    if (codes.includes('max-number')) {
      line.maximum ??= {};
      setByAge(line.maximum, codes, decimalOf(amount));
    } else if (codes.includes('waiting-period')) {
      line.waiting ??= {};
      setByAge(line.waiting, codes, amount);
    }
  }
};

/** What one person may claim of a category, and what a claim of it is paid at most. */
const readCategory = (plan: Plan, category: ClaimCategory, { limit = [] }: InsurancePlanCoverageBenefit): void => {
  for (const { code, value } of limit) {
    const codes = codesOf(code);
    if (value?.value === undefined) continue;
    if (codes.includes('count')) plan.maxCount[category] = value.value;
    if (codes.includes('amount')) plan.maxAmount[category] = decimalOf(value.value);
  }
};

const interpretationOf = ({ plan = [] }: InsurancePlan): 'I' | 'H' | undefined => {
  const url = kiungoExtension('ceiling-interpretation');
  const code = plan.flatMap(({ extension = [] }) => extension).find(extension => extension.url === url)?.valueCode;
  return code === 'I' || code === 'H' ? code : undefined;
};

const KINDS = ['item', 'service'] as const;

/** The currency of the first amount of a product that names one. */
const currencyOf = ({ plan = [], coverage = [] }: InsurancePlan): string | undefined =>
  [
    ...plan
      .flatMap(({ specificCost = [] }) => specificCost)
      .flatMap(({ benefit = [] }) => benefit)
      .flatMap(({ cost = [] }) => cost),
    ...coverage.flatMap(({ benefit }) => benefit).flatMap(({ limit = [] }) => limit),
  ].find(({ value }) => value?.system === MONEY)?.value?.code;

/**
 * What claims are judged by, out of a product: deductibles, ceilings, lines and maxima, as docs/scheme-setup.md says where they stand.
 * What it does not know is passed over. https://hl7.org/fhir/R4/insuranceplan.html
 */
export const readPlan = oncePer((resource: InsurancePlan): Plan => {
  const lines = new Map<string, PlanLine>();
  const lineOf = (name: string): PlanLine => {
    const line = lines.get(name) ?? { origin: 'P', limits: {} };
    lines.set(name, line);
    return line;
  };
  const plan: Plan = { lines, deductibles: {}, ceilings: {}, maxCount: {}, maxAmount: {} };
  const currency = currencyOf(resource);
  if (currency !== undefined) plan.currency = currency;
  const interpretation = interpretationOf(resource);
  if (interpretation !== undefined) plan.ceilingInterpretation = interpretation;
  for (const { generalCost = [], specificCost = [] } of resource.plan ?? []) {
    const threshold = generalCost.find(({ type }) => codeOf(type) === 'lumpsum')?.groupSize;
    if (threshold !== undefined) plan.threshold = threshold;
    for (const { category, benefit = [] } of specificCost) {
      const code = codeOf(category, PLAN_BENEFIT) ?? '';
      const care = CARE[code];
      for (const part of benefit) {
        if (care !== undefined) {
          const amounts = codeOf(part.type, PLAN_BENEFIT) === 'deductible' ? plan.deductibles : plan.ceilings;
          amounts[care] = { ...amounts[care], ...readScoped(part) };
        } else if (isOneOf(KINDS, code)) {
          for (const name of namesOf(code, part)) for (const cost of part.cost ?? []) readCost(lineOf(name), cost);
        }
      }
    }
  }
  for (const { benefit } of resource.coverage ?? []) {
    for (const part of benefit) {
      const category = CATEGORIES[codeOf(part.type, PLAN_BENEFIT) ?? ''];
      if (category !== undefined) readCategory(plan, category, part);
      else for (const name of limitedNames(lines, part)) readLimits(lineOf(name), part);
    }
  }
  return plan;
});

/** The lines that a benefit of the coverage limits: of what the plan does not pay, no limit needs to be known. */
const limitedNames = (lines: ReadonlyMap<string, PlanLine>, benefit: InsurancePlanCoverageBenefit): string[] =>
  KINDS.flatMap(kind => namesOf(kind, benefit)).filter((name, at, all) => lines.has(name) && all.indexOf(name) === at);
