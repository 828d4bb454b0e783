import { addDays, addMonths } from '../../fhir/calendar.ts';
import {
  addDecimals,
  compareDecimals,
  type Decimal,
  decimalOf,
  divideDecimals,
  multiplyDecimals,
  roundDecimal,
  subtractDecimals,
  ZERO,
} from '../../fhir/decimal.ts';
import { policyStart } from './policy-days.ts';
import type { Discount, Enrolment, FamilySize, PremiumPlan } from './premium-plan.ts';

/** What a line of a premium is for. */
export type PremiumPart =
  | 'lump-sum'
  | 'premium-adult'
  | 'premium-child'
  | 'premium-other-child'
  | 'premium-other-adult'
  | 'assembly-lump-sum'
  | 'assembly-fee'
  | 'registration-lump-sum'
  | 'registration-fee'
  | 'discount';

/** So many times a price; a discount is negative. */
export interface PremiumLine {
  part: PremiumPart;
  quantity: number;
  price: Decimal;
  amount: Decimal;
}

/** What a policy costs, and how that comes. */
export interface Premium {
  /** Members who found a place. */
  counted: FamilySize;
  lines: readonly PremiumLine[];
  contribution: Decimal;
  assembly: Decimal;
  registration: Decimal;
  gross: Decimal;
  discount: Decimal;
  value: Decimal;
}

const HUNDRED = decimalOf(100);

/** The members that count: places are filled in the order adults, children, other children, other adults. */
export const countMembers = (family: FamilySize, maxMembers = Number.POSITIVE_INFINITY): FamilySize => {
  let places = maxMembers;
  const take = (number: number): number => {
    const taken = Math.min(number, places);
    places -= taken;
    return taken;
  };
  const adults = take(family.adults);
  const children = take(family.children);
  const otherChildren = take(family.otherChildren);
  return { adults, children, otherChildren, otherAdults: take(family.otherAdults) };
};

const isSet = (amount: Decimal): boolean => compareDecimals(amount, ZERO) > 0;

const total = (lines: readonly PremiumLine[]): Decimal =>
  lines.reduce((sum, { amount }) => addDecimals(sum, amount), ZERO);

/** Adults and children who pay for themselves: all without a lump sum, else those whom it does not cover. */
const payingHeads = ({ lumpSum, threshold }: PremiumPlan, { adults, children }: FamilySize): [number, number] => {
  if (!isSet(lumpSum)) return [adults, children];
  if (threshold === 0) return [0, 0];
  return [Math.max(0, adults - threshold), Math.max(0, children - Math.max(0, threshold - adults))];
};

/** Whether the enrolment is early enough: new ones for their cycle, renewed ones for the day after the policy before. */
const discountOf = (plan: PremiumPlan, enrolment: Enrolment): Discount | undefined => {
  const { enrolled, previousExpiry } = enrolment;
  const isNew = previousExpiry === undefined;
  const discount = isNew ? plan.enrolmentDiscount : plan.renewalDiscount;
  if (discount === undefined || (isNew && plan.cycles.length === 0)) return undefined;
  const from = isNew ? policyStart(plan, enrolment) : addDays(previousExpiry, 1);
  return enrolled <= addMonths(from, -discount.months) ? discount : undefined;
};

/**
 * What a policy costs, line by line: contributions of the heads, fees of assembly and, when it is new, of registration, less the
 * discount, which is of all of that. Amounts are exact; the discount is rounded half up to the currency's `minorUnits`.
 */
export const premiumOf = (
  plan: PremiumPlan,
  { family, enrolment, minorUnits }: { family: FamilySize; enrolment: Enrolment; minorUnits: number },
): Premium => {
  const counted = countMembers(family, plan.maxMembers);
  const heads = counted.adults + counted.children + counted.otherAdults + counted.otherChildren;
  const times = (part: PremiumPart, quantity: number, price: Decimal): PremiumLine[] =>
    quantity === 0 || !isSet(price)
      ? []
      : [{ part, quantity, price, amount: multiplyDecimals(price, decimalOf(quantity)) }];
  const fee = (kind: 'assembly' | 'registration', lumpSum: Decimal, perHead: Decimal): PremiumLine[] =>
    isSet(lumpSum) ? times(`${kind}-lump-sum`, 1, lumpSum) : times(`${kind}-fee`, heads, perHead);
  const [adults, children] = payingHeads(plan, counted);
  const contributions = [
    ...times('lump-sum', 1, plan.lumpSum),
    ...times('premium-adult', adults, plan.premiumAdult),
    ...times('premium-child', children, plan.premiumChild),
    ...times('premium-other-child', counted.otherChildren, plan.premiumChild),
    ...times('premium-other-adult', counted.otherAdults, plan.premiumAdult),
  ];
  const assembly = fee('assembly', plan.assemblyLumpSum, plan.assemblyFee);
  const isNew = enrolment.previousExpiry === undefined;
  const registration = isNew ? fee('registration', plan.registrationLumpSum, plan.registrationFee) : [];
  const due = [...contributions, ...assembly, ...registration];
  const gross = total(due);
  const percent = discountOf(plan, enrolment)?.percent ?? ZERO;
  const discount = roundDecimal(
    divideDecimals(multiplyDecimals(gross, percent), HUNDRED, gross.scale + percent.scale + 2),
    minorUnits,
  );
  const less = subtractDecimals(ZERO, discount);
  return {
    counted,
    lines: isSet(discount) ? [...due, { part: 'discount', quantity: 1, price: less, amount: less }] : due,
    contribution: total(contributions),
    assembly: total(assembly),
    registration: total(registration),
    gross,
    discount,
    value: subtractDecimals(gross, discount),
  };
};
