import type { Money, ParametersParameter } from 'fhir/r4.js';
import { compareDecimals, type Decimal, decimalOf, ZERO } from '../fhir/decimal.ts';
import { plainNumber } from '../fhir/exact-json.ts';
import type { Issue } from '../fhir/issue.ts';
import type { Resource } from '../fhir/resource.ts';
import { adjudicateClaim } from './adjudicate-claim.ts';
import type { CheckedLine } from './adjudication/check-claim.ts';
import { checkedAnswer } from './checked-answer.ts';
import { feedbackEffects } from './feedback/feedback-request.ts';
import { refusal } from './insurance-refusals.ts';
import type { InsuranceStep } from './insurance-rule.ts';
import { type Message, say } from './texts/say.ts';

/** What a medical officer says of one line. */
interface LineReview {
  sequence: number;
  isRejected: boolean;
  quantity?: Decimal;
  price?: Decimal;
  reason?: string;
}

const partOf = (parts: readonly ParametersParameter[], name: string): ParametersParameter | undefined =>
  parts.find(part => part.name === name);

const decimalIn = (value: unknown): Decimal | undefined => (value === undefined ? undefined : decimalOf(value));

const readReview = (parts: readonly ParametersParameter[]): LineReview | undefined => {
  const sequence = partOf(parts, 'sequence');
  const number = sequence?.valueInteger ?? sequence?.valuePositiveInt;
  if (number === undefined) return undefined;
  const quantity = decimalIn(partOf(parts, 'quantity')?.valueDecimal);
  const money: Money | undefined = partOf(parts, 'price')?.valueMoney;
  const price = decimalIn(money?.value);
  const reason = partOf(parts, 'reason')?.valueString;
  return {
    sequence: plainNumber(number),
    isRejected: partOf(parts, 'decision')?.valueCode === 'reject',
    ...(quantity === undefined ? {} : { quantity }),
    ...(price === undefined ? {} : { price }),
    ...(reason === undefined ? {} : { reason }),
  };
};

const isNegative = (value: Decimal | undefined): boolean => value !== undefined && compareDecimals(value, ZERO) < 0;

const faultOf = (review: LineReview | undefined, line: CheckedLine | undefined, index: number): Issue | undefined => {
  const at = `Parameters.parameter.where(name='line')[${index}]`;
  const fault = (text: Message): Issue => refusal('claim-review-line', at, text);
  if (review === undefined) return fault(say('review-line-missing'));
  if (line === undefined) return fault(say('review-line-unknown', { line: review.sequence }));
  if (line.reason !== '0') return fault(say('review-line-rejected', { line: review.sequence, reason: line.reason }));
  if (isNegative(review.quantity) || isNegative(review.price)) return fault(say('review-negative'));
  if (review.quantity !== undefined && compareDecimals(review.quantity, line.quantity) > 0) {
    return fault(say('review-quantity', { line: review.sequence }));
  }
  return undefined;
};

const reviewed = (line: CheckedLine, review: LineReview | undefined): CheckedLine => {
  if (review === undefined) return line;
  const said = review.reason === undefined ? line : { ...line, justification: review.reason };
  if (review.isRejected) return { ...said, reason: '-1' };
  return {
    ...said,
    ...(review.quantity === undefined ? {} : { approvedQuantity: review.quantity }),
    ...(review.price === undefined ? {} : { approvedPrice: review.price }),
  };
};

/**
 * A medical officer's review of a checked claim: lines rejected, or approved with another quantity or price. What the claim reserves of
 * ceilings is computed anew; a claim with no line left is rejected. Lines that are not named stay as they are.
 */
export const reviewClaim: InsuranceStep = (exact, context, { line: said }) => {
  const found = checkedAnswer(exact, context);
  if ('issues' in found) return found;
  const { claim, checked, entered } = found;
  const reviews = (said as readonly (readonly ParametersParameter[])[]).map(readReview);
  const issues = reviews.flatMap((review, index) => {
    const line = checked.lines.find(({ sequence }) => sequence === review?.sequence);
    return faultOf(review, line, index) ?? [];
  });
  if (issues.length > 0) return { issues };
  const lines = checked.lines.map(line =>
    reviewed(
      line,
      reviews.find(review => review?.sequence === line.sequence),
    ),
  );
  const answer = adjudicateClaim(entered, claim, context, { upTo: '4', checked: { ...checked, lines } });
  return { answer: answer as unknown as Resource, effects: feedbackEffects(claim, context, answer) };
};
