import type { Claim, ClaimResponse } from 'fhir/r4.js';
import type { Resource } from '../fhir/resource.ts';
import { adjudicateClaim } from './adjudicate-claim.ts';
import { claimMode } from './claim-mode.ts';
import { queuedClaimResponse } from './claim-response.ts';
import { withFeedback } from './feedback/feedback-request.ts';
import type { InsuranceContext } from './insurance-rule.ts';

/** The last stage that a claim reaches when it is handed in, by who judges it. */
const UP_TO = { review: '4', adjudicate: '16' } as const;

/**
 * The answer to a claim that is handed in: entered and, by the mode of its insurer, checked or paid at once. Undefined where the answer
 * that is there stays. https://hl7.org/fhir/R4/claimresponse.html
 */
export const answerClaim = (exact: Resource, context: InsuranceContext): Resource | undefined => {
  const entered = queuedClaimResponse(exact, context);
  const claim = exact as unknown as Claim;
  const mode = claimMode(claim, context.found, context);
  if (entered === undefined || mode === 'forward') return entered;
  const answer = adjudicateClaim(entered as unknown as ClaimResponse, claim, context, { upTo: UP_TO[mode] });
  return withFeedback(answer, claim, context) as unknown as Resource;
};
