import type { ClaimResponse, MeasureReport, Task } from 'fhir/r4.js';
import { type Decimal, decimalOf, formatDecimal, roundDecimal } from '../../src/fhir/decimal.ts';
import { FhirError } from '../../src/fhir/fhir-error.ts';
import { allocate } from '../../src/insurance/batch/relative-share.ts';
import { batchClaimResources, contractResource, paidByHead, withDistribution } from './batch-resources.ts';
import type { CaseSetUp, MoneyText } from './case.ts';
import { namingOf, type Scheme } from './claim-case.ts';
import { setUpResources } from './set-up-resources.ts';

/** What part of a period's contributions relative prices share. */
export interface CaseDistribution {
  type: 'month' | 'quarter' | 'year';
  careType?: string;
  period: number;
  percent: number | string;
}

export interface BatchLine {
  sequence: number;
  priceOrigin: 'P' | 'O' | 'R';
  /** Of a relative price, before the run. */
  nominal?: MoneyText;
  /** Of another one. */
  valuated?: MoneyText;
}

export interface BatchClaim {
  id: string;
  status: number;
  processed?: string;
  start?: string;
  /** Whether it was hospital care, where the run tells care apart. */
  hospital?: boolean;
  facility?: string;
  /** Where it is not that of the case. */
  currency?: string;
  lines: BatchLine[];
}

/** Contributions and processed claims of a product, and a run. */
export interface BatchCase {
  id: string;
  kind: 'batch';
  currency?: string;
  minorUnits?: number;
  setup: {
    product: { code: string; distribution: CaseDistribution };
    period: { start: string; end: string };
    contributions: { amount: MoneyText; coverage: { effective: string; expiry: string } }[];
    claims: BatchClaim[];
    /** Facilities that are paid by head. */
    capitation?: string[];
  };
  expected?: unknown;
}

/** The care that a case names by a letter or a word, as the operation has it. */
export const careOf = (told: string | undefined): 'hospital' | 'non-hospital' | 'both' => {
  if (told === undefined || told === 'B' || told === 'both') return 'both';
  return ['H', 'I', 'hospital'].includes(told) ? 'hospital' : 'non-hospital';
};

const scoreOf = ({ group = [] }: MeasureReport, name: string): Decimal =>
  decimalOf(group.find(({ code }) => code?.text === name)!.measureScore!.value);

const stageAmount = (adjudication: ClaimResponse['total'], stage: string) =>
  adjudication?.find(({ category }) => category.coding?.[0]?.code === stage)?.amount?.value;

/** Runs a batch run, and gives its Task; or the codes of the rules that refuse it. */
const runOnce = async (scheme: Scheme, parameters: Record<string, string>): Promise<Task | string[]> => {
  const body = {
    resourceType: 'Parameters',
    parameter: Object.entries(parameters).map(([name, valueString]) => ({ name, valueString })),
  };
  try {
    for (;;) {
      const task = (await scheme.call('Organization', 'batch-run', body)) as unknown as Task;
      if (task.status === 'completed') return task;
    }
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    return error.issues.map(({ rule }) => rule ?? '');
  }
};

/** Tries a batch run on a server: its product, contributions and claims are stored, and it is run twice. */
export const runBatchCase = async (
  scheme: Scheme,
  { setup, currency = 'USD', minorUnits = 2 }: BatchCase,
  number: number,
): Promise<object> => {
  const naming = namingOf(number, currency);
  const { product, period, contributions, claims, capitation = [] } = setup;
  const { distribution, code } = product;
  const facilities = [...new Set(claims.map(({ facility }) => facility ?? 'facility'))];
  const small: CaseSetUp = {
    facilities: Object.fromEntries(facilities.map(name => [name, {}])),
    catalog: { service: { kind: 'service' } },
    products: { [code]: {} },
    patients: { insuree: { gender: 'female', birthDate: '1980-01-01' } },
    coverages: { cover: { product: code, effective: '1990-01-01', members: { insuree: {} } } },
  };
  for (const resource of setUpResources(small, naming)) {
    const isByHead = capitation.some(name => resource.id === naming.id('facility', name));
    await scheme.put(
      resource.resourceType === 'InsurancePlan'
        ? withDistribution(resource, { ...distribution, careType: careOf(distribution.careType) })
        : isByHead
          ? paidByHead(resource)
          : resource,
    );
  }
  for (const [index, contribution] of contributions.entries()) {
    await scheme.put(contractResource(index, contribution, code, naming));
  }
  for (const claim of claims) {
    const { claim: asked, answer } = batchClaimResources(claim, small, {
      ...naming,
      currency: claim.currency ?? naming.currency,
    });
    await scheme.put(asked);
    await scheme.put(answer);
  }

  const asked = {
    product: `InsurancePlan/${naming.id('product', code)}`,
    month: period.end.slice(0, 7),
    care: careOf(distribution.careType),
  };
  const run = await runOnce(scheme, asked);
  if (Array.isArray(run)) return { refused: run };
  const again = await runOnce(scheme, asked);
  const text = (value: Decimal): string => formatDecimal(roundDecimal(value, minorUnits), minorUnits);
  const index = run.output!.find(({ type }) => type.text === 'index')!.valueReference!.reference!;
  const report = (await scheme.read('MeasureReport', index.split('/')[1]!)) as unknown as MeasureReport;
  const answers = await Promise.all(claims.map(({ id }) => scheme.readAnswer(naming.id('claim', id))));
  const range = { first: period.start, last: period.end };
  return {
    allocated: contributions.map(({ amount, coverage }) => text(allocate(decimalOf(amount), coverage, range))),
    allocatedTotal: text(scoreOf(report, 'allocated')),
    fund: text(scoreOf(report, 'fund')),
    nominalTotal: text(scoreOf(report, 'nominal')),
    index: formatDecimal(scoreOf(report, 'index'), 4),
    claims: claims.map(({ id, status }, position) => {
      const { total, item = [] } = answers[position]!;
      const total16 = stageAmount(total, '16');
      return {
        id,
        status: total16 === undefined ? status : 16,
        lines: item.map(({ itemSequence, adjudication }) => {
          const valuated = stageAmount(adjudication as ClaimResponse['total'], '16');
          return { sequence: itemSequence, ...(valuated === undefined ? {} : { valuated: text(decimalOf(valuated)) }) };
        }),
        ...(total16 === undefined ? {} : { total16: text(decimalOf(total16)) }),
      };
    }),
    bills: await Promise.all(
      run
        .output!.filter(({ type }) => type.text === 'bill')
        .map(async ({ valueReference }) => {
          const bill = await scheme.read('Invoice', valueReference!.reference!.split('/')[1]!);
          const { totalGross, lineItem } = bill as unknown as { totalGross: { value: number }; lineItem: object[] };
          return { total: text(decimalOf(totalGross.value)), claims: lineItem.length };
        }),
    ),
    secondRun: Array.isArray(again) && again.includes('batch-already-run') ? 'already run' : again,
  };
};
