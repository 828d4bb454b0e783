import { minorUnits } from '../fhir/currency.ts';
import { compareDecimals, type Decimal, formatDecimal, ZERO } from '../fhir/decimal.ts';
import type { Adjudication } from './adjudication/adjudication.ts';
import type { CheckedLine } from './adjudication/check-claim.ts';
import type { RejectionReason } from './adjudication/rejection-reason.ts';
import type { LineValue } from './adjudication/valuate-claim.ts';

/** What each reason means to a facility's clerk; the subject is the line. */
export const REASON_WORDS: Readonly<Record<Exclude<RejectionReason, '0'>, string>> = {
  '-1': 'was rejected by the medical officer',
  1: 'is for a service or drug that is not in the register on that day',
  2: "is for something that is not in the facility's price list on that day",
  3: 'is for something that no product of the patient pays at such a visit',
  4: 'is for something that is not for patients of this sex or age',
  5: 'repeats a service or drug sooner than allowed',
  7: 'is for a patient without cover on that day',
  9: 'belongs to a claim without a day, or dated before the visit',
  10: 'does not suit the kind of care: in-patient or out-patient',
  11: 'exceeds the number of hospital admissions',
  12: 'exceeds the number of visits',
  13: 'exceeds the number of consultations',
  14: 'exceeds the number of surgeries',
  15: 'exceeds the number of deliveries',
  16: 'exceeds the quantity that the product pays in an insurance period',
  17: 'falls into the waiting period',
  19: 'exceeds the number of antenatal visits',
};

const isPositive = (value: Decimal): boolean => compareDecimals(value, ZERO) > 0;

const cuts = (line: CheckedLine, value: LineValue | undefined, amount: (value: Decimal) => string): string[] => {
  const words: string[] = [];
  const approved = line.approvedQuantity;
  if (approved !== undefined && compareDecimals(approved, line.quantity) !== 0) {
    words.push(`quantity ${formatDecimal(approved)} of ${formatDecimal(line.quantity)} is paid`);
  }
  if (line.approvedPrice !== undefined) {
    words.push(`the medical officer set the price to ${amount(line.approvedPrice)}`);
  }
  if (value === undefined) return words;
  if (isPositive(value.deducted)) words.push(`${amount(value.deducted)} is the patient's deductible`);
  if (isPositive(value.overCategory)) {
    words.push(`${amount(value.overCategory)} is above what a claim of this category is paid`);
  }
  if (isPositive(value.overCeiling)) words.push(`${amount(value.overCeiling)} is above the ceiling`);
  return words;
};

/** In words, what was refused or cut, and by which rule; empty where nothing was. */
export const adjudicationNotes = ({ checked, value, currency }: Adjudication): string => {
  const amount = (decimal: Decimal): string => `${formatDecimal(decimal, minorUnits(currency))} ${currency}`;
  return checked.lines
    .flatMap(line => {
      const why = line.justification === undefined ? '' : ` (${line.justification})`;
      if (line.reason !== '0') {
        return [`Line ${line.sequence} ${REASON_WORDS[line.reason]} (reason ${line.reason})${why}.`];
      }
      const words = cuts(line, value.lines.get(line.sequence), amount);
      return words.length === 0 ? [] : [`Line ${line.sequence}: ${words.join('; ')}${why}.`];
    })
    .join(' ');
};
