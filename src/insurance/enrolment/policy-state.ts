import type { Day } from '../../fhir/calendar.ts';
import { addDecimals, compareDecimals, type Decimal, subtractDecimals, ZERO } from '../../fhir/decimal.ts';

/** One payment for a policy. What is paid for photos pays no premium. */
export interface Contribution {
  amount: Decimal;
  date: Day;
  isPhotoFee?: boolean;
}

/** What a policy needs to be judged by its payments; all days inclusive. */
export interface Policy {
  value: Decimal;
  start: Day;
  expiry: Day;
  /** Absent where the product sets no time for payment. */
  lastPaymentDay?: Day;
  contributions: readonly Contribution[];
  maxInstalments?: number;
  /** The day on which an officer had the policy begin though it was not paid whole. */
  enforced?: Day;
}

/** A policy's own status: openIMIS' 1, 2, 4, 8. */
export type PolicyStatus = 'idle' | 'active' | 'suspended' | 'expired';

/** How a policy stands. */
export interface PolicyState {
  status: PolicyStatus;
  paid: Decimal;
  /** What is still to be paid; negative: credit. */
  balance: Decimal;
  /** First day on which claims are paid; absent where the policy has not begun. */
  effective?: Day;
}

const later = (a: Day, b: Day): Day => (a > b ? a : b);

const earlier = (a: Day | undefined, b: Day): Day => (a !== undefined && a < b ? a : b);

/** Payments that count, in the order of their days; those of one day as they were told. */
const counting = (contributions: readonly Contribution[]): Contribution[] =>
  contributions
    .filter(({ isPhotoFee }) => isPhotoFee !== true)
    .toSorted((a, b) => (a.date === b.date ? 0 : a.date < b.date ? -1 : 1));

/**
 * How a policy stands by what was paid: active from the payment that completes the value, or from the day on which it was
 * enforced, though not before its start. What is paid after the last day of payment completes a policy, too.
 */
export const paidState = ({ value, start, contributions, enforced }: Policy): PolicyState => {
  let paid = ZERO;
  let effective = compareDecimals(value, ZERO) <= 0 ? start : undefined;
  for (const { amount, date } of counting(contributions)) {
    paid = addDecimals(paid, amount);
    if (compareDecimals(paid, value) >= 0) effective ??= later(start, date);
  }
  if (enforced !== undefined) effective = earlier(effective, later(start, enforced));
  const balance = subtractDecimals(value, paid);
  return effective === undefined ? { status: 'idle', paid, balance } : { status: 'active', paid, balance, effective };
};

/**
 * How a policy stands when the clock of `today` has gone over it: expired after its last day, suspended where the last day of payment has
 * passed without the whole value, else as it is paid. Going over it again changes nothing.
 */
export const stateByClock = (policy: Policy, today: Day): PolicyState => {
  const state = paidState(policy);
  const { expiry, lastPaymentDay } = policy;
  if (state.status === 'active' && today > expiry) return { ...state, status: 'expired' };
  const isLate = lastPaymentDay !== undefined && today > lastPaymentDay && compareDecimals(state.balance, ZERO) > 0;
  return isLate ? { ...state, status: 'suspended' } : state;
};

/** Where the first contribution stands that is one more than the product allows and does not complete the value; -1: nowhere. */
export const surplusInstalment = ({ value, contributions, maxInstalments }: Policy): number => {
  let paid = ZERO;
  let number = 0;
  for (const contribution of counting(contributions)) {
    paid = addDecimals(paid, contribution.amount);
    number++;
    const isTooMany = maxInstalments !== undefined && number > maxInstalments;
    if (isTooMany && compareDecimals(paid, value) < 0) return contributions.indexOf(contribution);
  }
  return -1;
};
