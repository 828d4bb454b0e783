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

/** A claim that was checked here. */
export interface CheckedAnswer {
  claim: Claim;
  checked: CheckedClaim;
  /** The answer as it was when the claim was entered, which decisions are laid over. */
  entered: ClaimResponse;
}

const STAGE_WORDS = { 1: 'rejected', 2: 'not checked yet', 4: 'checked', 8: 'processed', 16: 'valuated' } as const;

/** What a step needs a claim to be, in words. */
const NEEDED = {
  '4': 'was checked here and is not decided can be taken further',
  '16': 'was processed or valuated here can be taken back',
} as const;

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
        ? `of status ${claim.status}`
        : stages.includes(stage)
          ? 'judged by another system'
          : STAGE_WORDS[stage];
    const needed = stages.includes('4') ? NEEDED[4] : NEEDED[16];
    const text = `Only a claim that ${needed}; this one is ${state}.`;
    return { issues: [refusal('claim-not-checked', 'Claim', text)] };
  }
  const { previousAnswer: _answer, ...fresh } = context;
  const entered = queuedClaimResponse(exact, fresh) as unknown as ClaimResponse;
  const lines = checkedLines(answer, readAskedLines(claim, claimables(context.found)));
  const { created, communicationRequest } = answer;
  const kept = communicationRequest === undefined ? { created } : { created, communicationRequest };
  return { claim, checked: { category, lines }, entered: { ...entered, ...kept } };
};
