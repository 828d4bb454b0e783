import { describe, expect, it } from 'vitest';
import { type Decimal, decimalOf, formatDecimal, ZERO } from '../../fhir/decimal.ts';
import { lastPaymentDay, policyExpiry, policyStart } from './policy-days.ts';
import {
  type Contribution,
  type Policy,
  type PolicyState,
  paidState,
  stateByClock,
  surplusInstalment,
} from './policy-state.ts';
import { countMembers, premiumOf } from './premium.ts';
import type { Enrolment, PremiumPlan } from './premium-plan.ts';

const BARE: PremiumPlan = {
  lumpSum: ZERO,
  threshold: 0,
  premiumAdult: ZERO,
  premiumChild: ZERO,
  registrationLumpSum: ZERO,
  registrationFee: ZERO,
  assemblyLumpSum: ZERO,
  assemblyFee: ZERO,
  insuranceMonths: 12,
  administrationMonths: 0,
  cycles: [],
  graceEnrolmentMonths: 0,
  graceRenewalMonths: 0,
};
const FAMILY_PLAN: PremiumPlan = {
  ...BARE,
  lumpSum: decimalOf(100),
  threshold: 3,
  maxMembers: 6,
  premiumAdult: decimalOf(30),
  premiumChild: decimalOf(10),
  registrationFee: decimalOf(5),
  assemblyLumpSum: decimalOf(8),
  administrationMonths: 1,
  renewalDiscount: { percent: decimalOf(5), months: 1 },
};
const CYCLES: PremiumPlan = { ...BARE, cycles: ['03-01', '07-01'], graceEnrolmentMonths: 1, graceRenewalMonths: 2 };
const FAMILY = { adults: 2, children: 3, otherAdults: 1, otherChildren: 0 };

const money = (amount: Decimal): string => formatDecimal(amount, 2);
const premium = (plan: PremiumPlan, enrolment: Enrolment, family = FAMILY) =>
  premiumOf(plan, { family, enrolment, minorUnits: 2 });

describe('start and end of a policy', () => {
  it('a new one waits for the administration and ends a day before its anniversary (E52)', () => {
    const start = policyStart(FAMILY_PLAN, { enrolled: '2024-01-31' });
    expect([start, policyExpiry(FAMILY_PLAN, start)]).toEqual(['2024-02-29', '2025-02-27']);
  });

  it('a renewed one does not begin before the one before has ended (E53)', () => {
    const renewed = (enrolled: string) => policyStart(FAMILY_PLAN, { enrolled, previousExpiry: '2024-12-31' });
    expect([renewed('2024-12-01'), renewed('2025-02-03')]).toEqual(['2025-01-01', '2025-02-03']);
    expect(policyExpiry(FAMILY_PLAN, '2025-01-01')).toBe('2025-12-31');
  });

  it.each([
    ['2024-04-01', '2024-03-01'],
    ['2024-04-02', '2024-07-01'],
    ['2024-07-02', '2024-07-01'],
    ['2024-12-20', '2025-03-01'],
  ])('enrolled on %s, a cycle begins on %s, the last day of grace with it (E54)', (enrolled, start) => {
    expect(policyStart(CYCLES, { enrolled })).toBe(start);
  });

  it('a cycle of 29 February begins on the 28th in other years', () => {
    expect(policyStart({ ...BARE, cycles: ['02-29'] }, { enrolled: '2025-01-10' })).toBe('2025-02-28');
  });

  it('the last day of payment follows the cycle, the enrolment, or the policy before', () => {
    expect(lastPaymentDay(BARE, { enrolled: '2024-04-01' })).toBeUndefined();
    expect(lastPaymentDay(CYCLES, { enrolled: '2024-04-01' })).toBe('2024-03-31');
    expect(lastPaymentDay(CYCLES, { enrolled: '2024-02-01', previousExpiry: '2024-02-29' })).toBe('2024-04-30');
    const free = { ...BARE, gracePaymentMonths: 2 };
    expect(lastPaymentDay(free, { enrolled: '2024-01-15' })).toBe('2024-03-14');
    expect(lastPaymentDay(free, { enrolled: '2024-01-15', previousExpiry: '2024-01-31' })).toBe('2024-03-31');
  });
});

describe('the premium', () => {
  it('is told line by line (E52)', () => {
    const { lines, gross, value } = premium(FAMILY_PLAN, { enrolled: '2024-01-31' });
    expect(lines.map(({ part, quantity, amount }) => `${quantity} ${part} ${money(amount)}`)).toEqual([
      '1 lump-sum 100.00',
      '2 premium-child 20.00',
      '1 premium-other-adult 30.00',
      '1 assembly-lump-sum 8.00',
      '6 registration-fee 30.00',
    ]);
    expect([money(gross), money(value)]).toEqual(['188.00', '188.00']);
  });

  it.each([
    ['2024-12-01', '7.90', '150.10'],
    ['2024-12-02', '0.00', '158.00'],
  ])('of a renewal on %s has no registration and %s off: %s (E53)', (enrolled, discount, value) => {
    const renewed = premium(FAMILY_PLAN, { enrolled, previousExpiry: '2024-12-31' });
    expect([money(renewed.registration), money(renewed.discount), money(renewed.value)]).toEqual([
      '0.00',
      discount,
      value,
    ]);
  });

  it('of a new policy has a discount with cycles only', () => {
    const enrolmentDiscount = { percent: decimalOf(10), months: 1 };
    const early = { enrolled: '2024-02-01' };
    const priced = { ...CYCLES, graceEnrolmentMonths: 0, premiumAdult: decimalOf('33.33'), enrolmentDiscount };
    expect(money(premium(priced, early).discount)).toBe('10.00');
    expect(money(premium(priced, { enrolled: '2024-02-02' }).discount)).toBe('0.00');
    expect(money(premium({ ...priced, cycles: [] }, early).discount)).toBe('0.00');
  });

  it('of a lump sum without threshold covers all but others', () => {
    expect(money(premium({ ...FAMILY_PLAN, threshold: 0 }, { enrolled: '2024-01-31' }).contribution)).toBe('130.00');
  });

  it('without lump sum is paid by each', () => {
    expect(money(premium({ ...FAMILY_PLAN, lumpSum: ZERO }, { enrolled: '2024-01-31' }).contribution)).toBe('120.00');
  });

  it('places go to adults, children, other children, other adults', () => {
    const large = { adults: 2, children: 2, otherAdults: 2, otherChildren: 2 };
    expect(countMembers(large, 5)).toEqual({ adults: 2, children: 2, otherChildren: 1, otherAdults: 0 });
    expect(countMembers(large)).toEqual(large);
  });
});

describe('the state of a policy', () => {
  const pay = (amount: number, date: string): Contribution => ({
    amount: decimalOf(amount),
    date,
  });
  const policy = (...contributions: Contribution[]): Policy => ({
    value: decimalOf(188),
    start: '2024-02-29',
    expiry: '2025-02-27',
    lastPaymentDay: '2024-03-30',
    contributions,
  });
  const told = ({ status, effective, balance }: PolicyState) => [status, effective, money(balance)];

  it('is active from the day of the payment that completes the value (E55)', () => {
    expect(told(paidState(policy(pay(100, '2024-02-10'))))).toEqual(['idle', undefined, '88.00']);
    const whole = policy(pay(88, '2024-03-05'), pay(100, '2024-02-10'));
    expect(told(paidState(whole))).toEqual(['active', '2024-03-05', '0.00']);
  });

  it.each([
    ['too much is credit', [pay(100, '2024-02-10'), pay(90, '2024-02-20')], ['active', '2024-02-29', '-2.00']],
    ['photo fees do not count', [{ ...pay(188, '2024-02-10'), isPhotoFee: true }], ['idle', undefined, '188.00']],
    ['more after it was whole', [pay(188, '2024-02-10'), pay(1, '2024-05-01')], ['active', '2024-02-29', '-1.00']],
  ])('is not effective before its start: %s (E56)', (_what, payments, state) => {
    expect(told(paidState(policy(...payments)))).toEqual(state);
  });

  it('is suspended after the last day of payment while it is not paid whole, enforced or not', () => {
    const half = policy(pay(100, '2024-02-10'));
    expect(stateByClock(half, '2024-03-30').status).toBe('idle');
    expect(stateByClock(half, '2024-03-31').status).toBe('suspended');
    const enforced = { ...policy(pay(50, '2024-02-10')), enforced: '2024-02-10' };
    expect(told(paidState(enforced))).toEqual(['active', '2024-02-29', '138.00']);
    expect(stateByClock(enforced, '2024-03-31').status).toBe('suspended');
    const late = policy(pay(100, '2024-02-10'), pay(88, '2024-04-02'));
    expect(told(stateByClock(late, '2024-04-02'))).toEqual(['active', '2024-04-02', '0.00']);
    const { lastPaymentDay: _none, ...free } = half;
    expect(stateByClock(free, '2024-12-31').status).toBe('idle');
  });

  it('is expired after its last day', () => {
    const paid = policy(pay(188, '2024-02-10'));
    expect(stateByClock(paid, '2025-02-27').status).toBe('active');
    expect(stateByClock(paid, '2025-02-28').status).toBe('expired');
  });

  it('one instalment more than the product allows must complete the value', () => {
    const payments = [pay(50, '2024-02-10'), pay(50, '2024-02-11'), pay(50, '2024-02-12')];
    expect(surplusInstalment({ ...policy(...payments), maxInstalments: 2 })).toBe(2);
    expect(surplusInstalment({ ...policy(...payments), maxInstalments: 3 })).toBe(-1);
    expect(surplusInstalment({ ...policy(pay(100, '2024-02-10'), pay(88, '2024-02-11')), maxInstalments: 1 })).toBe(-1);
    expect(surplusInstalment(policy(...payments))).toBe(-1);
  });
});
