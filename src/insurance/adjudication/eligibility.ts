import type { Day } from '../../fhir/calendar.ts';
import { compareDecimals, type Decimal, ZERO } from '../../fhir/decimal.ts';
import { type Message, say } from '../texts/say.ts';
import { amountLeft } from './amount-left.ts';
import { isInForce } from './claim-days.ts';
import type { ClaimToJudge, Cover } from './claim-to-judge.ts';
import {
  CATEGORY_REASONS,
  type Candidate,
  claimsLeft,
  type PlanQuestion,
  quantityLeft,
  waitsUntil,
} from './plan-checks.ts';
import { planLineOf } from './plan-line.ts';
import { type ByCare, CLAIM_CATEGORIES, type ClaimCategory, type Plan } from './scheme.ts';
import { SetUpMissing } from './set-up-missing.ts';

/** Why something is not paid on the day: not in the product, still waiting, all of it used up, all claims of its category used up. */
export type Exclusion = 'not-covered' | 'waiting' | 'quantity-used' | 'category-used';

/** What a cover pays of one drug or service. */
export interface CodeBenefit {
  code: string;
  /** How much more of it is paid in this insurance period; absent where there is no limit. */
  left?: Decimal;
  /** First day on which it is paid. */
  minDate?: Day;
  exclusion?: Exclusion;
  /** What keeps this from being said; then nothing else is. */
  undecided?: Message;
}

/** What a person's cover pays on a day. Counts and amounts that the product does not limit are absent. */
export interface CoverBenefits {
  cover: string;
  /** Claims of a category that are left. */
  counts: Partial<Record<ClaimCategory, number>>;
  /** Most that one claim of a category is paid. */
  amounts: Partial<Record<ClaimCategory, Decimal>>;
  /** What is left of deductible and ceiling. */
  deductible: Partial<Record<keyof ByCare, Decimal>>;
  ceiling: Partial<Record<keyof ByCare, Decimal>>;
  codes: readonly CodeBenefit[];
}

const CARES = [
  ['all', () => false],
  ['hospital', () => true],
  ['nonHospital', () => false],
] as const;

const leftOf = (
  cover: Cover,
  plan: Plan,
  column: 'deducted' | 'remunerated',
  uses: ClaimToJudge['uses'],
): Partial<Record<keyof ByCare, Decimal>> => {
  const amounts = column === 'deducted' ? plan.deductibles : plan.ceilings;
  const left: Partial<Record<keyof ByCare, Decimal>> = {};
  for (const [care, isHospital] of CARES) {
    const scoped = amounts[care];
    // An amount for all care is the only one that counts.
    if (scoped === undefined || (care !== 'all' && left.all !== undefined)) continue;
    const found = amountLeft(cover, plan, column, uses, isHospital);
    if (found !== undefined) left[care] = found.amount;
  }
  return left;
};

/** @throws {SetUpMissing} */
const codeBenefit = (claim: ClaimToJudge, cover: Cover, plan: Plan, code: string, day: Day): CodeBenefit => {
  const entry = claim.catalog.get(code);
  if (entry === undefined) throw new SetUpMissing(say('needs-entry', { code }));
  const planLine = planLineOf(plan, code, claim.catalog);
  if (planLine?.limits[claim.visitType] === undefined) return { code, exclusion: 'not-covered' };
  const candidate: Candidate = { cover, plan, planLine };
  const isService = entry.kind === 'service';
  const category = entry.category ?? 'V';
  const question: PlanQuestion = {
    code,
    isService,
    insuree: claim.insuree,
    target: day,
    category,
    earlier: claim.earlier,
    before: ZERO,
  };
  const rest = quantityLeft(candidate, question);
  const left = rest !== undefined && compareDecimals(rest, ZERO) < 0 ? ZERO : rest;
  const minDate = waitsUntil(candidate, claim.insuree, day);
  const isUsedUp =
    isService && CATEGORY_REASONS[category] !== undefined && claimsLeft(candidate, category, claim.earlier) === 0;
  const exclusion: Exclusion | undefined =
    minDate !== undefined && minDate > day
      ? 'waiting'
      : left !== undefined && compareDecimals(left, ZERO) === 0
        ? 'quantity-used'
        : isUsedUp
          ? 'category-used'
          : undefined;
  return {
    code,
    ...(left === undefined ? {} : { left }),
    ...(minDate === undefined ? {} : { minDate }),
    ...(exclusion === undefined ? {} : { exclusion }),
  };
};

const decided = (code: string, judge: () => CodeBenefit): CodeBenefit => {
  try {
    return judge();
  } catch (error) {
    if (error instanceof SetUpMissing) return { code, undecided: error.what };
    throw error;
  }
};

const coverBenefits = (claim: ClaimToJudge, cover: Cover, plan: Plan, day: Day): CoverBenefits => {
  const counts: Partial<Record<ClaimCategory, number>> = {};
  for (const category of CLAIM_CATEGORIES) {
    const left = claimsLeft({ cover, plan, planLine: { origin: 'P', limits: {} } }, category, claim.earlier);
    if (left !== undefined) counts[category] = left;
  }
  return {
    cover: cover.id,
    counts,
    amounts: plan.maxAmount,
    deductible: leftOf(cover, plan, 'deducted', claim.uses),
    ceiling: leftOf(cover, plan, 'remunerated', claim.uses),
    codes: claim.lines.map(({ code }) => decided(code, () => codeBenefit(claim, cover, plan, code, day))),
  };
};

/**
 * What each cover of a person in force on the day pays: what is left of its limits, and of each code that the lines of the claim ask about.
 * Covers whose product is not set up are left out. It promises nothing: another claim may come first.
 */
export const eligibility = (claim: ClaimToJudge, day: Day): CoverBenefits[] =>
  claim.covers.flatMap(cover =>
    cover.plan === undefined || !isInForce(cover, day) ? [] : [coverBenefits(claim, cover, cover.plan, day)],
  );
