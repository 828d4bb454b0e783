import { addMonths, type Day } from '../../fhir/calendar.ts';
import { addDecimals, compareDecimals, type Decimal, subtractDecimals, ZERO } from '../../fhir/decimal.ts';
import { byAge, insurancePeriod, isWithin, memberEffective } from './claim-days.ts';
import type { Cover, EarlierClaim, Insuree } from './claim-to-judge.ts';
import type { RejectionReason } from './rejection-reason.ts';
import type { ClaimCategory, Plan, PlanLine } from './scheme.ts';

/** A cover that could pay a line, with what its plan says of it. */
export interface Candidate {
  cover: Cover;
  plan: Plan;
  planLine: PlanLine;
}

/** What a candidate is checked by. */
export interface PlanQuestion {
  code: string;
  isService: boolean;
  insuree: Insuree;
  target: Day;
  category: ClaimCategory;
  earlier: readonly EarlierClaim[];
  /** Quantity of the code in accepted lines of this claim before this one. */
  before: Decimal;
}

/** The reason of a category whose maximum number of claims is used up. Other care has no maximum. */
export const CATEGORY_REASONS: Readonly<Partial<Record<ClaimCategory, RejectionReason>>> = {
  H: '11',
  V: '12',
  C: '13',
  S: '14',
  D: '15',
  A: '19',
};

/** Months that a person waits for the service: none for whoever was covered from a renewed policy's first day on. */
const waitingMonths = ({ cover, planLine }: Candidate, insuree: Insuree, target: Day): number => {
  const own = cover.memberDates.effective;
  const isLate = own !== undefined && cover.dates.effective !== undefined && cover.dates.effective < own;
  return cover.stage === 'N' || isLate ? (byAge(planLine.waiting, insuree, target) ?? 0) : 0;
};

/** The first day on which the person may have it. */
export const waitsUntil = (candidate: Candidate, insuree: Insuree, target: Day): Day | undefined => {
  const effective = memberEffective(candidate.cover);
  return effective === undefined ? undefined : addMonths(effective, waitingMonths(candidate, insuree, target));
};

/** The other claims that count against the maxima of the candidate's insurance period. */
const counted = ({ cover }: Candidate, earlier: readonly EarlierClaim[]): EarlierClaim[] => {
  const period = insurancePeriod(cover);
  return earlier.filter(({ target }) => isWithin(target, period));
};

/** How much more of the code the person may have by this plan, which may be less than nothing; undefined: no limit. */
export const quantityLeft = (candidate: Candidate, question: PlanQuestion): Decimal | undefined => {
  const maximum = byAge(candidate.planLine.maximum, question.insuree, question.target);
  if (maximum === undefined) return undefined;
  let used = question.before;
  for (const { lines } of counted(candidate, question.earlier)) {
    for (const { code, quantity } of lines) if (code === question.code) used = addDecimals(used, quantity);
  }
  return subtractDecimals(maximum, used);
};

/** How many more claims of a category the person may have by this plan, at least 0; undefined: no limit. */
export const claimsLeft = (
  candidate: Candidate,
  category: ClaimCategory,
  earlier: readonly EarlierClaim[],
): number | undefined => {
  const maximum = candidate.plan.maxCount[category];
  if (maximum === undefined) return undefined;
  const used = counted(candidate, earlier).filter(other => other.category === category).length;
  return Math.max(0, maximum - used);
};

/** Why the candidate cannot pay the line, by the first rule that says so: waiting time, maximum number, maximum of the category. */
export const planFault = (candidate: Candidate, question: PlanQuestion): RejectionReason | undefined => {
  const { insuree, target, category, isService } = question;
  const from = waitsUntil(candidate, insuree, target);
  if (from !== undefined && target < from) return '17';
  const left = quantityLeft(candidate, question);
  if (left !== undefined && compareDecimals(left, ZERO) <= 0) return '16';
  const reason = CATEGORY_REASONS[category];
  if (isService && reason !== undefined && claimsLeft(candidate, category, question.earlier) === 0) return reason;
  return undefined;
};
