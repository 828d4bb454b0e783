import {
  compareDecimals,
  type Decimal,
  decimalOf,
  multiplyDecimals,
  subtractDecimals,
  ZERO,
} from '../../fhir/decimal.ts';
import { memberEffective } from './claim-days.ts';
import type { Candidate } from './plan-checks.ts';

/** The limit of one line for one person: percentage (`C`) or amount of one unit (`F`); `F` without value is unlimited. */
export interface LineLimit {
  type: 'C' | 'F';
  value?: Decimal;
}

/** A candidate with its limit for the person and the type of visit. */
export interface LimitedCandidate extends Candidate {
  limit: LineLimit;
}

const HUNDRED = decimalOf(100);

/** The amount of a fixed limit; undefined: unlimited, which 0 is too. */
export const fixedAmount = ({ type, value }: LineLimit): Decimal | undefined =>
  type === 'F' && value !== undefined && compareDecimals(value, ZERO) > 0 ? value : undefined;

/** The percentage that is paid. */
export const paidPercentage = ({ type, value }: LineLimit): Decimal => (type === 'C' ? (value ?? HUNDRED) : HUNDRED);

/** What the patient pays of one unit at that price, in hundredths. */
const patientShare = (limit: LineLimit, price: Decimal): Decimal => {
  if (limit.type === 'C') return multiplyDecimals(price, subtractDecimals(HUNDRED, paidPercentage(limit)));
  const fixed = fixedAmount(limit);
  if (fixed === undefined) return ZERO;
  const share = subtractDecimals(price, fixed);
  return compareDecimals(share, ZERO) > 0 ? multiplyDecimals(share, HUNDRED) : ZERO;
};

/** Among equal shares: fixed limits that the price does not reach, percentages, other fixed limits. */
const preference = (limit: LineLimit, price: Decimal): number => {
  if (limit.type === 'C') return 1;
  const fixed = fixedAmount(limit);
  return fixed === undefined || compareDecimals(fixed, price) > 0 ? 0 : 2;
};

/** The candidate that is best for the patient at that asked price of one unit. There is at least one. */
export const chooseCover = (candidates: readonly LimitedCandidate[], price: Decimal): LimitedCandidate =>
  [...candidates].sort((a, b) => {
    const byShare = compareDecimals(patientShare(a.limit, price), patientShare(b.limit, price));
    if (byShare !== 0) return byShare;
    const byKind = preference(a.limit, price) - preference(b.limit, price);
    if (byKind !== 0) return byKind;
    return (
      compareTexts(memberEffective(a.cover) ?? '', memberEffective(b.cover) ?? '') ||
      compareTexts(a.cover.id, b.cover.id)
    );
  })[0]!;

/** Order of texts by code unit, the same on every machine. */
export const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
