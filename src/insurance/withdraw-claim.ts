import type { Claim, ClaimResponse } from 'fhir/r4.js';
import type { Issue } from '../fhir/issue.ts';
import type { Resource } from '../fhir/resource.ts';
import { claimStage, judgedCategory } from './claim-stages.ts';
import { bypassedFeedback } from './feedback/feedback-request.ts';
import { refusal } from './insurance-refusals.ts';
import type { InsuranceStep } from './insurance-rule.ts';
import { notesOf, processNote } from './process-note.ts';
import { type Language, type Message, say } from './texts/say.ts';

/** Whether a claim of that status was taken back for good. */
export const isWithdrawn = (status: unknown): status is 'cancelled' | 'entered-in-error' =>
  status === 'cancelled' || status === 'entered-in-error';

/** The refusal of withdrawing a claim that was valuated here, at `expression`; none where it can be withdrawn. */
export const judgeWithdrawal = (answer: ClaimResponse | undefined, expression: string): Issue[] => {
  if (answer === undefined || judgedCategory(answer) === undefined || Number(claimStage(answer)) < 8) return [];
  return [refusal('claim-valuated', expression, say('claim-valuated'))];
};

/** What is said, and in which language. */
interface Told {
  text: Message;
  language: Language;
}

/** The answer to a claim that is withdrawn; it says what it said and, in words, why. Decimals of it may be raw numbers. */
export const withdrawnAnswer = (answer: Resource, status: 'cancelled' | 'entered-in-error', why?: Told): Resource => {
  if (why === undefined) return { ...answer, status };
  const texts = [...notesOf(answer as unknown as ClaimResponse), why.text(why.language)];
  return { ...answer, status, ...processNote(texts, why.language) } as unknown as Resource;
};

/** Withdraws a claim that was not valuated: it becomes cancelled together with its answer, and uses up nothing any more. */
export const cancelClaim: InsuranceStep = (exact, context, { reason }) => {
  const { previousAnswer } = context;
  const { status } = exact as unknown as Claim;
  if (isWithdrawn(status)) {
    return { issues: [refusal('claim-withdrawn', 'Claim.status', say('claim-withdrawn-already'))] };
  }
  const issues = judgeWithdrawal(previousAnswer as unknown as ClaimResponse, 'Claim');
  if (issues.length > 0) return { issues };
  const { language } = context;
  const why = typeof reason === 'string' ? { text: say('claim-cancelled', { reason }), language } : undefined;
  return {
    answer: withdrawnAnswer(previousAnswer, 'cancelled', why),
    effects: [{ ...exact, status: 'cancelled' }, ...bypassedFeedback(context)],
  };
};
