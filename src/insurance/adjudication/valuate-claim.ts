import type { Day } from '../../fhir/calendar.ts';
import {
  addDecimals,
  type Decimal,
  decimalOf,
  minDecimal,
  multiplyDecimals,
  roundDecimal,
  subtractDecimals,
  ZERO,
} from '../../fhir/decimal.ts';
import { say } from '../texts/say.ts';
import { amountLeft, type Left } from './amount-left.ts';
import { approvedQuantity, type CheckedClaim, type CheckedLine, type Undecided } from './check-claim.ts';
import { fixedAmount, paidPercentage } from './choose-cover.ts';
import { byAge, isStay, targetDay } from './claim-days.ts';
import type { ClaimToJudge, Cover, CoverageUse } from './claim-to-judge.ts';
import { listPrice } from './list-price.ts';
import { planLineOf } from './plan-line.ts';
import type { CeilingExclusion, Plan, PlanLine } from './scheme.ts';
import { needed, SetUpMissing } from './set-up-missing.ts';

/** What an accepted line is worth. Of a relative price `valuated` is its nominal value, until a batch run says what that is worth. */
export interface LineValue {
  /** Price of one unit that is paid for. */
  adjustedPrice: Decimal;
  deducted: Decimal;
  overCategory: Decimal;
  overCeiling: Decimal;
  valuated: Decimal;
}

/** What a claim is worth: by sequence of its accepted lines, and what it uses up of each coverage. */
export interface ClaimValue {
  lines: ReadonlyMap<number, LineValue>;
  uses: readonly CoverageUse[];
}

const HUNDREDTH = decimalOf('0.01');

/** Whether the claim is hospital care as the plan counts it. @throws {SetUpMissing} where the plan or the facility does not tell */
const isHospital = (claim: ClaimToJudge, cover: Cover, plan: Plan): boolean => {
  const interpretation = needed(
    plan.ceilingInterpretation,
    say('needs-ceiling-interpretation', { product: cover.planCode }),
  );
  return interpretation === 'I' ? isStay(claim) : needed(claim.facility.level, say('needs-level')) === 'H';
};

/** The same, where it need not be known. */
const hospitalOf = (claim: ClaimToJudge, cover: Cover, plan: Plan): boolean | undefined => {
  try {
    return isHospital(claim, cover, plan);
  } catch (error) {
    if (error instanceof SetUpMissing) return undefined;
    throw error;
  }
};

/** The price of one unit: the officer's, the provider's where the plan says so, the list's, or the register's. @throws {SetUpMissing} */
const adjustedPrice = (claim: ClaimToJudge, line: CheckedLine, target: Day): Decimal => {
  if (line.approvedPrice !== undefined) return line.approvedPrice;
  if (line.paidBy?.origin === 'O') return line.price;
  return needed(listPrice(claim, line.code, target), say('needs-price', { code: line.code, currency: claim.currency }));
};

const EXCLUDES: Readonly<Record<CeilingExclusion, (hospital: () => boolean) => boolean>> = {
  B: () => true,
  H: hospital => hospital(),
  N: hospital => !hospital(),
};

const take = (left: Left | undefined, work: Decimal): Decimal => {
  if (left === undefined) return ZERO;
  const taken = minDecimal(work, left.amount);
  left.amount = subtractDecimals(left.amount, taken);
  return taken;
};

/** Items come before services, each by sequence: deductible and ceilings are used up in this order. */
const inOrder = (claim: ClaimToJudge, lines: readonly CheckedLine[]): CheckedLine[] => {
  const isService = ({ code }: CheckedLine): number => (claim.catalog.get(code)?.kind === 'service' ? 1 : 0);
  return [...lines].sort((a, b) => isService(a) - isService(b) || a.sequence - b.sequence);
};

/**
 * Deductions and remuneration of the accepted lines: price, fixed limit, deductible, co-insurance, ceiling of the category, ceiling;
 * each line by the cover that pays it. Amounts are rounded half up to the currency's minor unit, each line by itself. What other
 * claims used up is counted, whenever they are processed.
 */
export const valuateClaim = (
  claim: ClaimToJudge,
  { category, lines }: CheckedClaim,
): ClaimValue | { undecided: readonly Undecided[] } => {
  const target = targetDay(claim) ?? claim.created;
  const round = (value: Decimal): Decimal => roundDecimal(value, claim.minorUnits);
  const values = new Map<number, LineValue>();
  const uses: CoverageUse[] = [];
  const undecided: Undecided[] = [];

  const valuate = (line: CheckedLine, cover: Cover, plan: Plan, left: LeftOfCover, use: CoverageUse): LineValue => {
    const planLine: PlanLine | undefined = planLineOf(plan, line.code, claim.catalog);
    const price = adjustedPrice(claim, line, target);
    const quantity = approvedQuantity(line);
    let work = round(multiplyDecimals(quantity, price));
    const limit = line.paidBy!.limit;
    const fixed = fixedAmount(limit);
    if (fixed !== undefined) work = minDecimal(work, round(multiplyDecimals(quantity, fixed)));
    const deducted = take(left.deductible(), work);
    work = subtractDecimals(work, deducted);
    if (limit.type === 'C') work = round(multiplyDecimals(multiplyDecimals(work, paidPercentage(limit)), HUNDREDTH));
    let overCategory = ZERO;
    if (left.category !== undefined) {
      const paid = take(left.category, work);
      overCategory = subtractDecimals(work, paid);
      work = paid;
    }
    let overCeiling = ZERO;
    const exclusion = byAge(planLine?.exclusion, claim.insuree, target);
    const isExcluded = exclusion !== undefined && EXCLUDES[exclusion](() => isHospital(claim, cover, plan));
    if (!isExcluded) {
      const ceiling = left.ceiling();
      if (ceiling !== undefined) {
        const paid = take(ceiling, work);
        overCeiling = subtractDecimals(work, paid);
        work = paid;
      }
      use.remunerated = addDecimals(use.remunerated, work);
    }
    use.deducted = addDecimals(use.deducted, deducted);
    return { adjustedPrice: price, deducted, overCategory, overCeiling, valuated: round(work) };
  };

  for (const cover of claim.covers) {
    const own = lines.filter(({ reason, paidBy }) => reason === '0' && paidBy?.cover === cover.id);
    const { plan } = cover;
    if (own.length === 0 || plan === undefined) continue;
    const hospital = hospitalOf(claim, cover, plan);
    const use: CoverageUse = { coverage: cover.id, policy: cover.policy, deducted: ZERO, remunerated: ZERO };
    if (hospital !== undefined) use.hospital = hospital;
    const left = leftOfCover(claim, cover, plan, category);
    for (const line of inOrder(claim, own)) {
      try {
        values.set(line.sequence, valuate(line, cover, plan, left, use));
      } catch (error) {
        if (!(error instanceof SetUpMissing)) throw error;
        undecided.push({ sequence: line.sequence, what: error.what });
      }
    }
    uses.push(use);
  }
  return undecided.length > 0 ? { undecided } : { lines: values, uses };
};

/** What is left for the lines of one cover; deductible and ceiling are looked up when the first line asks for them. */
interface LeftOfCover {
  deductible(): Left | undefined;
  ceiling(): Left | undefined;
  category: Left | undefined;
}

const leftOfCover = (
  claim: ClaimToJudge,
  cover: Cover,
  plan: Plan,
  category: CheckedClaim['category'],
): LeftOfCover => {
  const hospital = (): boolean => isHospital(claim, cover, plan);
  const once = (look: () => Left | undefined): (() => Left | undefined) => {
    let found: { left: Left | undefined } | undefined;
    return () => {
      found ??= { left: look() };
      return found.left;
    };
  };
  const most = plan.maxAmount[category];
  return {
    deductible: once(() => amountLeft(cover, plan, 'deducted', claim.uses, hospital)),
    ceiling: once(() => amountLeft(cover, plan, 'remunerated', claim.uses, hospital)),
    category: most === undefined ? undefined : { amount: most },
  };
};
