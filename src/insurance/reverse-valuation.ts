import type { ClaimResponse } from 'fhir/r4.js';
import type { Resource } from '../fhir/resource.ts';
import { adjudicateClaim } from './adjudicate-claim.ts';
import { checkedAnswer } from './checked-answer.ts';
import { claimStage, hasStage } from './claim-stages.ts';
import { refusal } from './insurance-refusals.ts';
import type { InsuranceStep } from './insurance-rule.ts';
import { say } from './texts/say.ts';

/** Whether a batch run has valued the claim, or a part of it that waits for the run of another product. */
const isValuedByRun = (answer: ClaimResponse): boolean =>
  answer.payment !== undefined ||
  (claimStage(answer) === '8' && answer.item?.some(item => hasStage(item, '16')) === true);

/**
 * Takes the valuation of a claim back: it is checked again as it was, reviewed lines too, and can be reviewed, processed or cancelled.
 * What it reserves of ceilings is computed anew. A claim that is on a facility's bill stays.
 */
export const reverseValuation: InsuranceStep = (exact, context) => {
  const found = checkedAnswer(exact, context, ['8', '16']);
  if ('issues' in found) return found;
  if (isValuedByRun(context.previousAnswer as unknown as ClaimResponse)) {
    return { issues: [refusal('claim-billed', 'Claim', say('claim-billed'))] };
  }
  const { claim, checked, entered } = found;
  return { answer: adjudicateClaim(entered, claim, context, { upTo: '4', checked }) as unknown as Resource };
};
