import type { Claim, ClaimResponse } from 'fhir/r4.js';
import type { Resource } from '../fhir/resource.ts';
import { adjudicateClaim } from './adjudicate-claim.ts';
import { answerClaim } from './answer-claim.ts';
import { checkedAnswer } from './checked-answer.ts';
import { claimMode } from './claim-mode.ts';
import { claimStage } from './claim-stages.ts';
import { bypassedFeedback, feedbackEffects } from './feedback/feedback-request.ts';
import { refusal } from './insurance-refusals.ts';
import type { InsuranceStep } from './insurance-rule.ts';
import { notesOf } from './process-note.ts';
import type { Message } from './texts/say.ts';

/** Checks a claim that lacked something when it was handed in, as it would be checked if it were handed in now. */
const checkAgain: InsuranceStep = (exact, { previousAnswer, ...context }) => {
  const answer = answerClaim(exact, context) as unknown as ClaimResponse;
  if (answer.outcome === 'queued') {
    const told: Message = language =>
      notesOf(answerClaim(exact, { ...context, language }) as unknown as ClaimResponse).join(' ');
    return { issues: [refusal('claim-not-checked', 'Claim', told)] };
  }
  return {
    answer: { ...answer, created: previousAnswer.created } as unknown as Resource,
    effects: feedbackEffects(exact as unknown as Claim, context, answer),
  };
};

/**
 * Pays a checked claim: its lines are not checked again, its amounts are computed anew. A claim that could not be judged when it was
 * handed in is checked first, and paid at once only where its insurer says so. Feedback that was not given yet is passed over.
 */
export const processClaim: InsuranceStep = (exact, context, input) => {
  const stored = context.previousAnswer as unknown as ClaimResponse;
  const mode = claimMode(exact as unknown as Claim, context.found, context);
  if (claimStage(stored) === '2' && mode !== 'forward') return checkAgain(exact, context, input);
  const found = checkedAnswer(exact, context);
  if ('issues' in found) return found;
  const { claim, checked, entered } = found;
  return {
    answer: adjudicateClaim(entered, claim, context, { upTo: '16', checked }) as unknown as Resource,
    effects: bypassedFeedback(context),
  };
};
