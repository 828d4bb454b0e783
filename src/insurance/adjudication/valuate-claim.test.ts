import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addDecimals,
  compareDecimals,
  type Decimal,
  decimalOf,
  formatDecimal,
  subtractDecimals,
  ZERO,
} from '../../fhir/decimal.ts';
import { type CheckedClaim, checkClaim } from './check-claim.ts';
import type { ClaimToJudge, CoverageUse } from './claim-to-judge.ts';
import type { ByCare, CatalogEntry, Plan, PlanLine } from './scheme.ts';
import { type ClaimValue, valuateClaim } from './valuate-claim.ts';

const CODES = ['Medication/a', 'Medication/b', 'ActivityDefinition/c', 'ActivityDefinition/d'];

const cents = fc.integer({ min: 0, max: 20_000 }).map(value => decimalOf(value / 100));
const optional = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(value, { nil: undefined });

const planLine: fc.Arbitrary<PlanLine> = fc
  .tuple(
    fc.constantFrom('P' as const, 'O' as const),
    fc.constantFrom('C' as const, 'F' as const),
    cents,
    optional(fc.integer({ min: 0, max: 30 })),
  )
  .map(([origin, type, value, most]) => ({
    origin,
    limits: { O: { type, adult: type === 'C' ? decimalOf(Number(value.unscaled % 101n)) : value } },
    ...(most === undefined ? {} : { maximum: { adult: decimalOf(most) } }),
  }));

const byCare: fc.Arbitrary<ByCare> = fc
  .tuple(fc.constantFrom('treatment' as const, 'insuree' as const, 'policy' as const), optional(cents))
  .map(([scope, amount]) => (amount === undefined ? {} : { all: { [scope]: amount } }));

const plan: fc.Arbitrary<Plan> = fc.record({
  ceilingInterpretation: fc.constant('I' as const),
  lines: fc
    .tuple(planLine, planLine, planLine, planLine)
    .map(lines => new Map(CODES.map((code, at) => [code, lines[at]!]))),
  deductibles: byCare,
  ceilings: byCare,
  maxCount: fc.constant({}),
  maxAmount: optional(cents).map(most => (most === undefined ? {} : { C: most })),
});

const entry = (code: string): CatalogEntry => ({
  kind: code.startsWith('Medication') ? 'item' : 'service',
  ...(code.startsWith('Medication') ? {} : { category: 'C' }),
  price: decimalOf(3.33),
  careType: 'B',
  patients: 15,
  frequency: 0,
});

const claim: fc.Arbitrary<ClaimToJudge> = fc
  .record({
    plan,
    lines: fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 0, max: 40 }), cents), { minLength: 1, maxLength: 6 }),
    used: fc.array(fc.tuple(cents, cents), { maxLength: 3 }),
    prices: fc.tuple(optional(cents), optional(cents), optional(cents), optional(cents)),
  })
  .map(({ plan, lines, used, prices }) => ({
    start: '2024-06-10',
    created: '2024-06-11',
    visitType: 'O' as const,
    insuree: { sex: 'woman' as const, born: { earliest: '1980-05-10', latest: '1980-05-10' } },
    insureeEnded: false,
    facility: {
      careType: 'B' as const,
      prices: new Map(CODES.map((code, at) => [code, [prices[at] === undefined ? {} : { price: prices[at] }]])),
    },
    lines: lines.map(([code, quantity, price], at) => ({
      sequence: at + 1,
      code: CODES[code]!,
      quantity: decimalOf(quantity),
      price,
    })),
    catalog: new Map(CODES.map(code => [code, entry(code)])),
    covers: [
      {
        id: 'k',
        policy: 'p',
        plan,
        planCode: 'P1',
        stage: 'N' as const,
        status: 'active' as const,
        dates: { effective: '2024-01-01', expiry: '2024-12-31' },
        memberDates: {},
        members: 1,
      },
    ],
    earlier: [],
    uses: used.map(([deducted, remunerated]): CoverageUse => ({ coverage: 'k', policy: 'p', deducted, remunerated })),
    currency: 'USD',
    minorUnits: 2,
  }));

const judged = (toJudge: ClaimToJudge): { checked: CheckedClaim; value: ClaimValue } => {
  const checked = checkClaim(toJudge);
  if ('undecided' in checked) throw new Error('undecided');
  const value = valuateClaim(toJudge, checked);
  if ('undecided' in value) throw new Error('undecided');
  return { checked, value };
};

const sum = (values: readonly Decimal[]): Decimal => values.reduce(addDecimals, ZERO);
const text = (value: Decimal): string => formatDecimal(value, 2);
const paid = ({ lines }: ClaimValue): Decimal => sum([...lines.values()].map(({ valuated }) => valuated));

/** The one amount of a deductible or ceiling, whatever it is for. */
const amountOf = ({ all = {} }: ByCare): Decimal | undefined => all.treatment ?? all.insuree ?? all.policy;

describe('what a claim is paid', () => {
  test('is the sum of what its coverages are charged with, and never less than nothing', () => {
    fc.assert(
      fc.property(claim, toJudge => {
        const { value } = judged(toJudge);
        expect(text(paid(value))).toBe(text(sum(value.uses.map(({ remunerated }) => remunerated))));
        for (const { valuated, deducted, overCategory, overCeiling } of value.lines.values()) {
          for (const part of [valuated, deducted, overCategory, overCeiling]) {
            expect(compareDecimals(part, ZERO)).toBeGreaterThanOrEqual(0);
          }
        }
      }),
    );
  });

  test('is in whole minor units, line by line, and with what was deducted and cut not above price times quantity', () => {
    fc.assert(
      fc.property(claim, toJudge => {
        const { checked, value } = judged(toJudge);
        for (const line of checked.lines) {
          const amounts = value.lines.get(line.sequence);
          expect(amounts === undefined).toBe(line.reason !== '0');
          if (amounts === undefined) continue;
          const { adjustedPrice, deducted, overCategory, overCeiling, valuated } = amounts;
          expect(valuated.scale).toBe(2);
          const quantity = line.approvedQuantity ?? line.quantity;
          const whole = decimalOf(formatDecimal(adjustedPrice));
          const most = decimalOf((Number(formatDecimal(whole)) * Number(formatDecimal(quantity)) + 0.005).toFixed(3));
          expect(compareDecimals(sum([deducted, overCategory, overCeiling, valuated]), most)).toBeLessThanOrEqual(0);
        }
      }),
    );
  });

  test('stays under the ceiling with all that other claims were paid, and the deductible is taken once', () => {
    fc.assert(
      fc.property(claim, toJudge => {
        const { value } = judged(toJudge);
        const { deductibles, ceilings } = toJudge.covers[0]!.plan!;
        const isShared = (all: ByCare): boolean => all.all?.treatment === undefined;
        const left = (most: Decimal, byCare: ByCare, column: 'deducted' | 'remunerated'): Decimal => {
          const others = isShared(byCare) ? sum(toJudge.uses.map(use => use[column])) : ZERO;
          const rest = subtractDecimals(most, others);
          return compareDecimals(rest, ZERO) > 0 ? rest : ZERO;
        };
        const ceiling = amountOf(ceilings);
        const deductible = amountOf(deductibles);
        const deducted = sum([...value.lines.values()].map(line => line.deducted));
        if (ceiling !== undefined) {
          expect(compareDecimals(paid(value), left(ceiling, ceilings, 'remunerated'))).toBeLessThanOrEqual(0);
        }
        if (deductible === undefined) expect(compareDecimals(deducted, ZERO)).toBe(0);
        else expect(compareDecimals(deducted, left(deductible, deductibles, 'deducted'))).toBeLessThanOrEqual(0);
      }),
    );
  });

  test('does not depend on the order in which the lines of one kind and code stand in the claim', () => {
    fc.assert(
      fc.property(claim, toJudge => {
        const reversed = { ...toJudge, lines: [...toJudge.lines].reverse() };
        const hasLimits = [...toJudge.covers[0]!.plan!.lines.values()].some(({ maximum }) => maximum !== undefined);
        if (!hasLimits) expect(text(paid(judged(reversed).value))).toBe(text(paid(judged(toJudge).value)));
      }),
    );
  });
});
