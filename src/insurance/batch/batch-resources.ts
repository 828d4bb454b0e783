import type { ClaimResponse, Invoice, InvoiceLineItem, MeasureReport, Task, TaskOutput } from 'fhir/r4.js';
import { addDecimals, type Decimal, ZERO } from '../../fhir/decimal.ts';
import { money, printedDecimal } from '../claim-amounts.ts';
import type { Identity } from '../insurance-rule.ts';
import { targetOf } from '../insured-reference.ts';
import { KIUNGO } from '../kiungo-codes.ts';
import { businessIdentifier, OPENIMIS, openimisConcept, openimisIdentifier } from '../openimis-codes.ts';
import type { Distribution, RunCare } from './plan-distribution.ts';

const RUNS = `${KIUNGO}/batch-run`;

/** What a run is of: only one run of the store is of it. */
export interface RunOf {
  /** `InsurancePlan/id`. */
  plan: string;
  distribution: Distribution;
  /** `Organization/id`. */
  insurer: string;
}

/** The name of a run, which no second one may have. */
export const runName = ({ plan, distribution: { care, first, last } }: RunOf): string =>
  `${plan.replace('InsurancePlan/', '')} ${first} ${last} ${care}`;

/**
 * What only one Task may have, where it is a run: the product and period, for each care by itself. What is valued once is not valued again, by a
 * run of both cares either. A run that has failed has valued nothing.
 */
export const runIdentities = ({ identifier = [], status }: Task): Identity[] =>
  (status === 'failed' ? [] : identifier).flatMap(({ system, value = '' }, position) => {
    if (system !== RUNS) return [];
    const [, period, care] = /^(.*) (\S+)$/.exec(value) ?? [undefined, value, ''];
    const parts: readonly string[] = care === 'both' ? CARES : [care!];
    return parts.map(part => ({
      key: `BatchRun|${period} ${part}`,
      told: `the batch run of ${period}`,
      expression: `Task.identifier[${position}]`,
    }));
  });

const CARES: readonly RunCare[] = ['hospital', 'non-hospital'];

const text = (words: string) => ({ text: words });

/** A run that has begun. `authoredOn` is the moment after which nothing is looked at. */
export const runTask = (run: RunOf, authoredOn: string): Task => {
  const { first, last, care } = run.distribution;
  return {
    resourceType: 'Task',
    identifier: [{ system: RUNS, value: runName(run) }],
    status: 'in-progress',
    businessStatus: text('summing'),
    intent: 'order',
    code: { coding: [{ system: `${KIUNGO}/CodeSystem/batch-run`, code: 'batch-run' }], text: 'Batch run' },
    focus: { reference: run.plan },
    authoredOn,
    owner: { reference: run.insurer },
    input: [
      { type: text('period'), valuePeriod: { start: first, end: last } },
      { type: text('care'), valueCode: care },
    ],
  };
};

/** What a run has come to so far, by the names of its outputs. */
export const outputOf = ({ output = [] }: Task, name: string): TaskOutput | undefined =>
  output.find(({ type }) => type.text === name);

/** The run with an output set, in place of an earlier one of that name. */
export const withOutput = (task: Task, name: string, value: Omit<TaskOutput, 'type'>): Task => ({
  ...task,
  output: [...(task.output ?? []).filter(({ type }) => type.text !== name), { type: text(name), ...value }],
});

/** What the index of a run was made of. */
export interface IndexFigures {
  allocated: Decimal;
  fund: Decimal;
  nominal: Decimal;
  index: Decimal;
}

/** The index of a product in a period, with the amounts that it was made of. */
export const indexReport = (run: RunOf, figures: IndexFigures, date: string): MeasureReport => ({
  resourceType: 'MeasureReport',
  identifier: [{ system: RUNS, value: runName(run) }],
  status: 'complete',
  type: 'summary',
  measure: `${KIUNGO}/Measure/relative-index`,
  date,
  reporter: { reference: run.insurer },
  period: { start: run.distribution.first, end: run.distribution.last },
  group: [
    { code: text('index'), measureScore: { value: printedDecimal(figures.index, 4) } },
    ...(['allocated', 'fund', 'nominal'] as const).map(name => ({
      code: text(name),
      measureScore: { value: printedDecimal(figures[name]) },
    })),
  ],
  evaluatedResource: [{ reference: run.plan }],
});

/** A claim on a bill. */
export interface BilledClaim {
  response: ClaimResponse;
  amount: Decimal;
}

const billLine = ({ response, amount }: BilledClaim, currency: string): InvoiceLineItem => {
  const claim = targetOf(response.request) ?? 'claim';
  return {
    chargeItemCodeableConcept: {
      ...openimisConcept('bill-charge-item', 'claim'),
      text: businessIdentifier(response.identifier)?.value ?? claim,
    },
    priceComponent: [
      {
        extension: [{ url: `${OPENIMIS}/StructureDefinition/unit-price`, valueMoney: money(amount, currency) }],
        type: 'base',
        code: { ...openimisConcept('openimis-identifiers', 'Code'), text: claim },
        factor: 1,
        amount: money(amount, currency),
      },
    ],
  };
};

/** The bill of a facility for the claims that a run has valued, a line for each. */
export const facilityBill = (
  run: RunOf,
  { id, facility, date, currency }: { id: string; facility: string; date: string; currency: string },
  claims: readonly BilledClaim[],
): Invoice => {
  const total = money(claims.map(({ amount }) => amount).reduce(addDecimals, ZERO), currency);
  return {
    resourceType: 'Invoice',
    identifier: [openimisIdentifier('Code', `B-${id}`), openimisIdentifier('UUID', id)],
    status: 'issued',
    type: openimisConcept('bill-type', 'claim-batch'),
    recipient: { reference: facility },
    issuer: { reference: run.insurer },
    date,
    lineItem: claims.map(claim => billLine(claim, currency)),
    totalNet: total,
    totalGross: total,
    note: [{ text: `Claims with relative prices, ${run.distribution.first} to ${run.distribution.last}.` }],
  };
};
