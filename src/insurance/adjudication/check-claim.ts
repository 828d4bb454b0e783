import { addMonths, type Day } from '../../fhir/calendar.ts';
import { addDecimals, compareDecimals, type Decimal, minDecimal, ZERO } from '../../fhir/decimal.ts';
import { type Message, say } from '../texts/say.ts';
import { chooseCover, compareTexts, type LimitedCandidate, type LineLimit } from './choose-cover.ts';
import { claimCategory } from './claim-category.ts';
import { byAge, isInForce, isWithin, memberEffective, memberValidity, targetDay } from './claim-days.ts';
import type { AskedLine, ClaimToJudge } from './claim-to-judge.ts';
import { LINE_CHECKS } from './line-checks.ts';
import { CATEGORY_REASONS, type PlanQuestion, planFault, quantityLeft } from './plan-checks.ts';
import { planLineOf } from './plan-line.ts';
import type { RejectionReason } from './rejection-reason.ts';
import type { ClaimCategory, PriceOrigin } from './scheme.ts';
import { needed, SetUpMissing } from './set-up-missing.ts';

/** By whose cover a line is paid, and how. */
export interface LineCover {
  cover: string;
  origin: PriceOrigin;
  limit: LineLimit;
}

/** One line after the checks, and after a medical officer's review where there was one. */
export interface CheckedLine extends AskedLine {
  /** `0`: accepted. */
  reason: RejectionReason;
  /** Quantity that is paid for, where it is not the one that was provided; 0 is a value. */
  approvedQuantity?: Decimal;
  /** Price of one unit that a medical officer set; 0 is a value. */
  approvedPrice?: Decimal;
  /** Why a medical officer changed or rejected it. */
  justification?: string;
  /** Of an accepted line. */
  paidBy?: LineCover;
}

/** A claim after the checks; rejected when no line was accepted. */
export interface CheckedClaim {
  category: ClaimCategory;
  lines: readonly CheckedLine[];
}

/** What keeps a line from being decided; such a claim is not checked at all. */
export interface Undecided {
  sequence: number;
  what: Message;
}

/** The quantity that a line is paid for. */
export const approvedQuantity = (line: Pick<CheckedLine, 'approvedQuantity' | 'quantity'>): Decimal =>
  line.approvedQuantity ?? line.quantity;

/** Whether anything is covered at all on the day: in force, or the person's own dates of what is stopped span the whole stay. */
const hasCover = ({ covers, start }: ClaimToJudge, target: Day): boolean =>
  covers.some(
    cover =>
      isInForce(cover, target) ||
      (cover.status !== 'idle' &&
        cover.status !== 'ready' &&
        memberEffective(cover) !== undefined &&
        isWithin(start ?? target, memberValidity(cover)) &&
        isWithin(target, memberValidity(cover))),
  );

/** The covers whose plan pays the code at such a visit, in the order in which they are tried. @throws {SetUpMissing} */
const candidatesOf = (claim: ClaimToJudge, code: string, target: Day): LimitedCandidate[] => {
  const found: { order: Day; candidate: LimitedCandidate }[] = [];
  for (const cover of claim.covers) {
    if (!isInForce(cover, target)) continue;
    const plan = needed(cover.plan, say('needs-plan', { product: cover.planCode, coverage: cover.id }));
    if (plan.currency !== undefined && plan.currency !== claim.currency) {
      throw new SetUpMissing(say('needs-plan-currency', { product: cover.planCode, currency: claim.currency }));
    }
    const planLine = planLineOf(plan, code, claim.catalog);
    const limit = planLine?.limits[claim.visitType];
    if (planLine === undefined || limit === undefined) continue;
    const value = byAge(limit, claim.insuree, target);
    const own: LineLimit = value === undefined ? { type: limit.type } : { type: limit.type, value };
    const waiting = byAge(planLine.waiting, claim.insuree, target) ?? 0;
    found.push({
      order: addMonths(memberEffective(cover)!, waiting),
      candidate: { cover, plan, planLine, limit: own },
    });
  }
  return found
    .sort((a, b) => compareTexts(a.order, b.order) || compareTexts(a.candidate.cover.id, b.candidate.cover.id))
    .map(({ candidate }) => candidate);
};

/** @throws {SetUpMissing} */
const checkLine = (
  claim: ClaimToJudge,
  line: AskedLine,
  { target, category, before }: { target: Day; category: ClaimCategory; before: Decimal },
): CheckedLine => {
  const entry = needed(claim.catalog.get(line.code), say('needs-entry', { code: line.code }));
  const failed = LINE_CHECKS[entry.kind].find(check => check.refuses({ claim, line, entry, target }));
  if (failed !== undefined) return { ...line, reason: failed.reason };
  const question: PlanQuestion = {
    code: line.code,
    isService: entry.kind === 'service',
    insuree: claim.insuree,
    target,
    category,
    earlier: claim.earlier,
    before,
  };
  let fault: RejectionReason | undefined;
  const able: LimitedCandidate[] = [];
  for (const candidate of candidatesOf(claim, line.code, target)) {
    const found = planFault(candidate, question);
    if (found === undefined) able.push(candidate);
    fault ??= found;
  }
  if (able.length === 0) return { ...line, reason: fault ?? '3' };
  const chosen = chooseCover(able, line.price);
  const left = quantityLeft(chosen, question);
  const checked: CheckedLine = {
    ...line,
    reason: '0',
    paidBy: { cover: chosen.cover.id, origin: chosen.planLine.origin, limit: chosen.limit },
  };
  if (left !== undefined && compareDecimals(left, line.quantity) < 0) {
    checked.approvedQuantity = minDecimal(left, line.quantity);
  }
  return checked;
};

const rejectAll = (claim: ClaimToJudge, reason: RejectionReason): CheckedLine[] =>
  claim.lines.map(line => ({ ...line, reason }));

/** A service line beyond the maximum of the claim's category refuses the whole claim. */
const WHOLE_CLAIM: ReadonlySet<RejectionReason> = new Set(Object.values(CATEGORY_REASONS));

/**
 * The submission checks of openIMIS, in its order: the claim as a whole, then every line by itself, then by the plans that could pay
 * it. Of what cannot be decided, it says what is missing, and then nothing else counts.
 */
export const checkClaim = (claim: ClaimToJudge): CheckedClaim | { undecided: readonly Undecided[] } => {
  const category = claimCategory(claim);
  const target = targetDay(claim);
  if (target === undefined || (claim.start !== undefined && claim.created < claim.start)) {
    return { category, lines: rejectAll(claim, '9') };
  }
  if (claim.insureeEnded || !hasCover(claim, target)) return { category, lines: rejectAll(claim, '7') };
  const accepted = new Map<string, Decimal>();
  const undecided: Undecided[] = [];
  const lines: CheckedLine[] = [];
  for (const line of claim.lines) {
    const before = accepted.get(line.code) ?? ZERO;
    try {
      const checked = checkLine(claim, line, { target, category, before });
      lines.push(checked);
      if (checked.reason === '0') accepted.set(line.code, addDecimals(before, approvedQuantity(checked)));
    } catch (error) {
      if (!(error instanceof SetUpMissing)) throw error;
      undecided.push({ sequence: line.sequence, what: error.what });
    }
  }
  if (undecided.length > 0) return { undecided };
  const whole = lines.find(
    ({ code, reason }) => claim.catalog.get(code)?.kind === 'service' && WHOLE_CLAIM.has(reason),
  );
  return { category, lines: whole === undefined ? lines : rejectAll(claim, whole.reason) };
};
