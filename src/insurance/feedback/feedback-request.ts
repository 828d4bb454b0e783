import type { Claim, ClaimResponse, CommunicationRequest } from 'fhir/r4.js';
import type { Resource } from '../../fhir/resource.ts';
import { claimStage } from '../claim-stages.ts';
import { enrolmentOfficer, officerLookups } from '../enrolment-officer.ts';
import type { Found, InsuranceContext, Lookups, Scheme } from '../insurance-rule.ts';
import { targetOf } from '../insured-reference.ts';
import { OPENIMIS, openimisConcept } from '../openimis-codes.ts';
import { askedQuestions } from './feedback-questions.ts';
import { claimKey, isInFeedbackSample } from './feedback-sample.ts';

/** Stages of feedback: asked, given, or passed over. */
export const FEEDBACK = { selected: '4', delivered: '8', bypassed: '16' } as const;

/** A request for feedback about a claim has the claim's id. */
export const feedbackReference = (claimId: string): string => `CommunicationRequest/${claimId}`;

/** Of a claim in the sample: the request for feedback that is there, and who would be asked. */
export const feedbackLookups = (claim: Claim, found: Found, scheme: Scheme & { id: string }): Lookups => {
  if (found.insurer === undefined || !isInFeedbackSample(claim, found, scheme)) return {};
  return {
    feedback: { references: [feedbackReference(scheme.id)], exact: true },
    ...officerLookups(found),
  };
};

/** The one of these requests that is about the claim (its id). */
export const requestAbout = (found: readonly Resource[] = [], claimId: string): CommunicationRequest | undefined =>
  (found as unknown as CommunicationRequest[]).find(({ about = [] }) =>
    about.some(reference => targetOf(reference) === `Claim/${claimId}`),
  );

const requestIn = ({ found, id }: InsuranceContext): CommunicationRequest | undefined =>
  requestAbout(found.feedback, id);

const askedOf = (claim: Claim, context: InsuranceContext): string | undefined =>
  claim.status !== 'active' || context.found.feedback === undefined || context.found.feedback.length > 0
    ? undefined
    : enrolmentOfficer(claimKey(claim), context);

const isAccepted = (answer: ClaimResponse): boolean =>
  answer.status === 'active' && answer.outcome !== 'queued' && claimStage(answer) !== '1';

/** The answer to a claim with the request for feedback that goes with it, where there is or will be one. */
export const withFeedback = (answer: ClaimResponse, claim: Claim, context: InsuranceContext): ClaimResponse => {
  const isAsked = requestIn(context) !== undefined || (isAccepted(answer) && askedOf(claim, context) !== undefined);
  if (!isAsked) return answer;
  return { ...answer, communicationRequest: [{ reference: feedbackReference(context.id) }] };
};

/** A request for feedback, over and done with; none where it does not wait. */
export const bypassed = (request: CommunicationRequest | undefined): Resource[] => {
  if (request?.status !== 'active') return [];
  const statusReason = openimisConcept('feedback-status', FEEDBACK.bypassed);
  return [{ ...request, status: 'revoked', statusReason }] as unknown as Resource[];
};

/** The request for feedback about the claim, over and done with; none where there is none that waits. */
export const bypassedFeedback = (context: InsuranceContext): Resource[] => bypassed(requestIn(context));

/**
 * What becomes of feedback when a claim is answered: it is asked for, once, of an accepted claim of the sample whose patient's village has
 * an enrolment officer with a phone; of one that is rejected or withdrawn it is not waited for any more.
 */
export const feedbackEffects = (claim: Claim, context: InsuranceContext, answer: ClaimResponse): Resource[] => {
  if (context.found.feedback === undefined) return [];
  if (!isAccepted(answer)) return bypassedFeedback(context);
  const officer = askedOf(claim, context);
  if (officer === undefined) return [];
  const request: CommunicationRequest = {
    resourceType: 'CommunicationRequest',
    id: context.id,
    meta: { profile: [`${OPENIMIS}/StructureDefinition/openimis-communication-request`] },
    status: 'active',
    statusReason: openimisConcept('feedback-status', FEEDBACK.selected),
    subject: claim.patient,
    about: [{ reference: `Claim/${context.id}` }],
    payload: askedQuestions(),
    recipient: [{ reference: officer }],
  };
  return [request as unknown as Resource];
};
