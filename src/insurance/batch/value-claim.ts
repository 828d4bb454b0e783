import type { ClaimResponse, ClaimResponseItem, Extension, Money } from 'fhir/r4.js';
import { minorUnits } from '../../fhir/currency.ts';
import {
  addDecimals,
  type Decimal,
  decimalOf,
  formatDecimal,
  multiplyDecimals,
  roundDecimal,
  ZERO,
} from '../../fhir/decimal.ts';
import { money } from '../claim-amounts.ts';
import { claimStage } from '../claim-stages.ts';
import { targetOf } from '../insured-reference.ts';
import { codeOf, KIUNGO, kiungoExtension } from '../kiungo-codes.ts';
import { OPENIMIS, openimisConcept } from '../openimis-codes.ts';
import { notesOf, processNote } from '../process-note.ts';
import { type Language, say } from '../texts/say.ts';
import type { RunCare } from './plan-distribution.ts';

const STATUS = `${OPENIMIS}/CodeSystem/claim-status`;

/** A line that waits for a batch run: its nominal value, and whose cover pays it. */
export interface RelativeLine {
  item: ClaimResponseItem;
  nominal: Decimal;
  coverage: string;
}

const partOf = (extensions: readonly Extension[] | undefined, url: string, part: string): Extension | undefined =>
  extensions
    ?.find(each => each.url === kiungoExtension(url as 'claim-line-adjudication'))
    ?.extension?.find(each => each.url === part);

const judged = ({ extension }: ClaimResponseItem, part: string): Extension | undefined =>
  partOf(extension, 'claim-line-adjudication', part);

const amountOf = (amount: Money | undefined): Decimal => (amount?.value === undefined ? ZERO : decimalOf(amount.value));

const atStage = ({ adjudication }: ClaimResponseItem, stage: string) =>
  adjudication.find(({ category }) => codeOf(category, STATUS) === stage);

/** The lines with relative prices that wait to be valued, of a claim that is processed; none of any other. */
export const relativeLines = (response: ClaimResponse): RelativeLine[] =>
  response.status !== 'active' || claimStage(response) !== '8'
    ? []
    : (response.item ?? []).flatMap(item => {
        const coverage = targetOf(judged(item, 'coverage')?.valueReference);
        const nominal = judged(item, 'nominal')?.valueMoney;
        const waits = atStage(item, '8') !== undefined && atStage(item, '16') === undefined;
        return waits && coverage !== undefined && nominal !== undefined
          ? [{ item, nominal: amountOf(nominal), coverage }]
          : [];
      });

/** What the amounts of an answer are in (ISO 4217), where it says so. */
export const statedCurrency = ({ total }: ClaimResponse): string | undefined => total?.[0]?.amount.currency;

/** The day on which a claim was processed, where its answer says so. */
export const processedDay = ({ extension }: ClaimResponse): string | undefined =>
  partOf(extension, 'claim-adjudication', 'processed')?.valueDate;

/** Whether what a claim takes of a coverage was hospital care is what the run is for. */
export const isCare = ({ extension = [] }: ClaimResponse, coverage: string, care: RunCare): boolean => {
  if (care === 'both') return true;
  const use = extension.find(
    each =>
      each.url === kiungoExtension('coverage-use') &&
      each.extension?.some(part => part.url === 'coverage' && targetOf(part.valueReference) === coverage),
  );
  const hospital = use?.extension?.find(part => part.url === 'hospital')?.valueBoolean;
  return hospital === (care === 'hospital');
};

/** The system of the payments that a run (`Task/id`) makes: their values are the facilities. */
export const runSystem = (run: string): string => `${KIUNGO}/batch-run/${run.slice('Task/'.length)}`;

const valuatedAt = (amount: Decimal, currency: string) => ({
  category: openimisConcept('claim-status', '16'),
  reason: openimisConcept('claim-rejection-reasons', '0'),
  amount: money(amount, currency),
  value: 1,
});

/**
 * Values the given lines of a claim, which states its currency, with the index of their product. When no line waits any more the other lines keep what they are worth, the
 * claim is valuated, and its payment names the run (`Task/id`) and the facility that is to be paid.
 */
export const valueClaim = (
  response: ClaimResponse,
  lines: readonly RelativeLine[],
  { index, run, facility, language }: { index: Decimal; run: string; facility: string; language: Language },
): ClaimResponse => {
  const currency = statedCurrency(response)!;
  const nominal = new Map(lines.map(line => [line.item, line.nominal]));
  const waits = relativeLines(response).some(({ item }) => !nominal.has(item));
  let total = ZERO;
  const item = (response.item ?? []).map(each => {
    const relative = nominal.get(each);
    const stated = atStage(each, '16');
    let amount = stated === undefined ? undefined : amountOf(stated.amount);
    if (relative !== undefined) amount = roundDecimal(multiplyDecimals(relative, index), minorUnits(currency));
    else if (stated === undefined && !waits && atStage(each, '8') !== undefined) {
      amount = amountOf(judged(each, 'valuated')?.valueMoney);
    }
    total = addDecimals(total, amount ?? ZERO);
    if (amount === undefined || stated !== undefined) return each;
    return { ...each, adjudication: [...each.adjudication, valuatedAt(amount, currency)] };
  });
  const text = say('valued-with-index', { index: formatDecimal(index, 4) })(language);
  const valued = { ...response, item, ...processNote([...notesOf(response), text], language) };
  if (waits) return valued;
  return {
    ...valued,
    outcome: 'complete',
    total: [
      ...(response.total ?? []),
      { category: openimisConcept('claim-status', '16'), amount: money(total, currency) },
    ],
    payment: {
      type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/ex-paymenttype', code: 'complete' }] },
      amount: money(total, currency),
      identifier: { system: runSystem(run), value: facility },
    },
  };
};

/** What a claim of a run is paid in all, and to whom (`Organization/id`); undefined where the run did not finish it. */
export const paidOf = (
  { payment }: ClaimResponse,
  run: string,
): { facility: string; amount: Decimal; currency: string } | undefined => {
  const facility = payment?.identifier?.value;
  const currency = payment?.amount.currency;
  const isOfRun = payment?.identifier?.system === runSystem(run);
  return !isOfRun || facility === undefined || currency === undefined
    ? undefined
    : { facility, amount: amountOf(payment.amount), currency };
};
