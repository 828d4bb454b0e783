import type { Claim, ClaimResponse } from 'fhir/r4.js';
import type { Issue } from '../fhir/issue.ts';
import type { Resource } from '../fhir/resource.ts';
import { claimStage, judgedCategory } from './claim-stages.ts';
import { bypassedFeedback } from './feedback/feedback-request.ts';
import { refusal } from './insurance-refusals.ts';
import type { InsuranceStep } from './insurance-rule.ts';

/** Whether a claim of that status was taken back for good. */
export const isWithdrawn = (status: unknown): status is 'cancelled' | 'entered-in-error' =>
  status === 'cancelled' || status === 'entered-in-error';

/** The refusal of withdrawing a claim that was valuated here, at `expression`; none where it can be withdrawn. */
export const judgeWithdrawal = (answer: ClaimResponse | undefined, expression: string): Issue[] => {
  if (answer === undefined || judgedCategory(answer) === undefined || Number(claimStage(answer)) < 8) return [];
  const text = 'This claim has been valuated. Have its valuation reversed first, with Claim/<id>/$reverse.';
  return [refusal('claim-valuated', expression, text)];
};

/** The answer to a claim that is withdrawn; it says what it said and, in words, why. Decimals of it may be raw numbers. */
export const withdrawnAnswer = (answer: Resource, status: 'cancelled' | 'entered-in-error', why?: string): Resource => {
  const { processNote = [] } = answer as unknown as ClaimResponse;
  const text = [...processNote.map(note => note.text), ...(why === undefined ? [] : [why])].join(' ');
  return { ...answer, status, ...(text === '' ? {} : { processNote: [{ text }] }) };
};

/** Withdraws a claim that was not valuated: it becomes cancelled together with its answer, and uses up nothing any more. */
export const cancelClaim: InsuranceStep = (exact, context, { reason }) => {
  const { previousAnswer } = context;
  const { status } = exact as unknown as Claim;
  if (isWithdrawn(status)) {
    return { issues: [refusal('claim-withdrawn', 'Claim.status', 'This claim is withdrawn already.')] };
  }
  const issues = judgeWithdrawal(previousAnswer as unknown as ClaimResponse, 'Claim');
  if (issues.length > 0) return { issues };
  const why = typeof reason === 'string' ? `Cancelled: ${reason}` : undefined;
  return {
    answer: withdrawnAnswer(previousAnswer, 'cancelled', why),
    effects: [{ ...exact, status: 'cancelled' }, ...bypassedFeedback(context)],
  };
};
