import type { Claim, ClaimResponse } from 'fhir/r4.js';
import type { Issue } from '../fhir/issue.ts';
import type { Resource } from '../fhir/resource.ts';
import type { ClaimStage } from './adjudication/adjudication.ts';
import type { CheckedClaim } from './adjudication/check-claim.ts';
import { claimables } from './claim-lookups.ts';
import { queuedClaimResponse } from './claim-response.ts';
import { checkedLines, claimStage, judgedCategory } from './claim-stages.ts';
import { refusal } from './insurance-refusals.ts';
import type { InsuranceContext } from './insurance-rule.ts';
import { readAskedLines } from './set-up/read-asked-claim.ts';
import { say } from './texts/say.ts';

/** A claim that was checked here. */
export interface CheckedAnswer {
  claim: Claim;
  checked: CheckedClaim;
  /** The answer as it was when the claim was entered, which decisions are laid over. */
  entered: ClaimResponse;
}

/** The claim as it was checked, or the refusal of a step that needs it at one of these stages. */
export const checkedAnswer = (
  exact: Resource,
  context: InsuranceContext & { previousAnswer: Resource },
  stages: readonly ClaimStage[] = ['4'],
): CheckedAnswer | { issues: readonly Issue[] } => {
  const claim = exact as unknown as Claim;
  const answer = context.previousAnswer as unknown as ClaimResponse;
  const stage = claimStage(answer);
  const category = judgedCategory(answer);
  if (claim.status !== 'active' || !stages.includes(stage) || category === undefined) {
    const state =
      claim.status !== 'active'
        ? say('state-status', { status: claim.status })
        : stages.includes(stage)
          ? say('state-elsewhere')
          : say(`state-${stage}`);
    const text = say(stages.includes('4') ? 'claim-not-checked' : 'claim-not-valuated', { state });
    return { issues: [refusal('claim-not-checked', 'Claim', text)] };
  }
  const { previousAnswer: _answer, ...fresh } = context;
  const entered = queuedClaimResponse(exact, fresh) as unknown as ClaimResponse;
  const lines = checkedLines(answer, readAskedLines(claim, claimables(context.found)));
  const { created, communicationRequest } = answer;
  const kept = communicationRequest === undefined ? { created } : { created, communicationRequest };
  return { claim, checked: { category, lines }, entered: { ...entered, ...kept } };
};
