import { minorUnits } from '../fhir/currency.ts';
import { compareDecimals, type Decimal, formatDecimal, ZERO } from '../fhir/decimal.ts';
import type { Adjudication } from './adjudication/adjudication.ts';
import type { CheckedLine } from './adjudication/check-claim.ts';
import type { RejectionReason } from './adjudication/rejection-reason.ts';
import type { LineValue } from './adjudication/valuate-claim.ts';
import { type Message, say, sayAll } from './texts/say.ts';

/** The text that tells a facility's clerk what a reason means; the subject is the line. */
export const reasonText = (reason: Exclude<RejectionReason, '0'>): Message =>
  reason === '-1' ? say('reason-rejected') : say(`reason-${reason}`);

const isPositive = (value: Decimal): boolean => compareDecimals(value, ZERO) > 0;

const cuts = (line: CheckedLine, value: LineValue | undefined, amount: (value: Decimal) => string): Message[] => {
  const words: Message[] = [];
  const approved = line.approvedQuantity;
  if (approved !== undefined && compareDecimals(approved, line.quantity) !== 0) {
    words.push(say('cut-quantity', { paid: formatDecimal(approved), asked: formatDecimal(line.quantity) }));
  }
  if (line.approvedPrice !== undefined) words.push(say('cut-price', { price: amount(line.approvedPrice) }));
  if (value === undefined) return words;
  if (isPositive(value.deducted)) words.push(say('cut-deductible', { amount: amount(value.deducted) }));
  if (isPositive(value.overCategory)) words.push(say('cut-category', { amount: amount(value.overCategory) }));
  if (isPositive(value.overCeiling)) words.push(say('cut-ceiling', { amount: amount(value.overCeiling) }));
  return words;
};

/** In words, what was refused or cut of each line, and by which rule; none where nothing was. */
export const adjudicationNotes = ({ checked, value, currency }: Adjudication): Message[] => {
  const amount = (decimal: Decimal): string => `${formatDecimal(decimal, minorUnits(currency))} ${currency}`;
  return checked.lines.flatMap(line => {
    const { sequence, reason, justification } = line;
    const justified = justification === undefined ? '' : ` (${justification})`;
    if (reason !== '0') return [say('line-refused', { line: sequence, why: reasonText(reason), reason, justified })];
    const words = cuts(line, value.lines.get(sequence), amount);
    return words.length === 0 ? [] : [say('line-cut', { line: sequence, cuts: sayAll(words, '; '), justified })];
  });
};
