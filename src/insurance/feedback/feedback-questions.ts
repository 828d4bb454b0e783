import type { CommunicationRequestPayload } from 'fhir/r4.js';
import { codeOf } from '../kiungo-codes.ts';
import { OPENIMIS } from '../openimis-codes.ts';

const QUESTION = `${OPENIMIS}/StructureDefinition/communication-payload-type`;
const QUESTIONS = `${OPENIMIS}/CodeSystem/feedback-payload`;

/** What a patient is asked about a claim, as openIMIS words it, and what can be answered. */
export const FEEDBACK_QUESTIONS = {
  CareRendered: { text: 'Care Rendered? (yes|no)', answers: ['yes', 'no'] },
  PaymentAsked: { text: 'Payment Asked? (yes|no)', answers: ['yes', 'no'] },
  DrugPrescribed: { text: 'Drug Prescribed? (yes|no)', answers: ['yes', 'no'] },
  DrugReceived: { text: 'Drug Received? (yes|no)', answers: ['yes', 'no'] },
  Asessment: { text: 'Asessment? (0|1|2|3|4|5)', answers: ['0', '1', '2', '3', '4', '5'] },
} as const;

/** The five questions, to be answered. */
export const askedQuestions = (): CommunicationRequestPayload[] =>
  Object.entries(FEEDBACK_QUESTIONS).map(([code, { text }]) => ({
    extension: [{ url: QUESTION, valueCodeableConcept: { coding: [{ system: QUESTIONS, code }] } }],
    contentString: text,
  }));

/** The question that a payload answers, by its code; undefined where it is none of openIMIS' questions. */
export const questionOf = ({ extension = [] }: Pick<CommunicationRequestPayload, 'extension'>): string | undefined =>
  extension
    .filter(({ url }) => url === QUESTION)
    .flatMap(({ valueCodeableConcept }) => codeOf(valueCodeableConcept, QUESTIONS) ?? [])[0];
