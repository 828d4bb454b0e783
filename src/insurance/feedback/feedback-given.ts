import type { Claim, Communication, CommunicationRequest } from 'fhir/r4.js';
import type { Issue } from '../../fhir/issue.ts';
import type { Resource } from '../../fhir/resource.ts';
import { refusal } from '../insurance-refusals.ts';
import type { Identity, InsuranceContext, Lookups } from '../insurance-rule.ts';
import { targetOf } from '../insured-reference.ts';
import { openimisConcept } from '../openimis-codes.ts';
import { type Message, say } from '../texts/say.ts';
import { FEEDBACK_QUESTIONS, questionOf } from './feedback-questions.ts';
import { FEEDBACK, feedbackReference, requestAbout } from './feedback-request.ts';

/** Whether a message answers openIMIS' questions about a claim, for good. */
export const isFeedback = ({ status, payload = [] }: Communication): boolean =>
  status === 'completed' && payload.some(each => questionOf(each) !== undefined);

/** The claims (`Claim/id`) that a message is about. */
const claimsOf = ({ about = [] }: Communication): string[] =>
  about.flatMap(reference => targetOf(reference) ?? []).filter(target => target.startsWith('Claim/'));

/** A claim has one feedback. */
export const feedbackIdentities = (communication: Communication): Identity[] =>
  isFeedback(communication)
    ? claimsOf(communication).map(claim => ({
        key: `Communication.feedback|${claim}`,
        told: `feedback about the same ${claim}`,
        expression: 'Communication.about',
      }))
    : [];

/** The claim that feedback is about, and the request for it. */
export const givenLookups = (communication: Communication): Lookups => {
  const claims = isFeedback(communication) ? claimsOf(communication) : [];
  return claims.length === 0
    ? {}
    : {
        claims: { references: claims },
        requests: { references: claims.map(claim => feedbackReference(claim.slice('Claim/'.length))), exact: true },
      };
};

const judgeAnswers = ({ payload = [] }: Communication): Issue[] => {
  const issues: Issue[] = [];
  for (const [question, { answers }] of Object.entries(FEEDBACK_QUESTIONS)) {
    const given = payload.flatMap((each, index) => (questionOf(each) === question ? [{ ...each, index }] : []));
    const refuse = (expression: string, text: Message) =>
      issues.push(refusal('feedback-answer-invalid', expression, text));
    if (given.length !== 1) {
      refuse('Communication.payload', say('feedback-once', { question, count: given.length }));
    }
    for (const { contentString, index } of given) {
      if ((answers as readonly unknown[]).includes(contentString)) continue;
      refuse(
        `Communication.payload[${index}].content`,
        say('feedback-answer', { question, answers: answers.join(', ') }),
      );
    }
  }
  return issues;
};

/** Refusals of feedback: an answer that is missing or none, no claim or several, or another one's claim. */
export const judgeFeedback = (communication: Communication, { found, baseUrl }: InsuranceContext): Issue[] => {
  if (!isFeedback(communication)) return [];
  const issues = judgeAnswers(communication);
  const refuse = (expression: string, text: Message) =>
    issues.push(refusal('feedback-claim-invalid', expression, text));
  if (claimsOf(communication).length !== 1) {
    refuse('Communication.about', say('feedback-claim'));
  }
  const claim = found.claims?.[0] as unknown as Claim | undefined;
  const patient = targetOf(communication.subject, baseUrl);
  if (claim !== undefined && patient !== undefined && patient !== targetOf(claim.patient, baseUrl)) {
    refuse('Communication.subject', say('feedback-patient'));
  }
  return issues;
};

/** The request that the feedback answers, as delivered. */
export const deliveredRequest = (communication: Communication, { found }: InsuranceContext): Resource[] => {
  const [claim] = isFeedback(communication) ? claimsOf(communication) : [];
  const request: CommunicationRequest | undefined =
    claim === undefined ? undefined : requestAbout(found.requests, claim.slice('Claim/'.length));
  if (request === undefined || request.status === 'completed') return [];
  const statusReason = openimisConcept('feedback-status', FEEDBACK.delivered);
  return [{ ...request, status: 'completed', statusReason }] as unknown as Resource[];
};
