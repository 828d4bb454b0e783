import type { Communication } from 'fhir/r4.js';
import type { Resource } from '../fhir/resource.ts';
import { deliveredRequest, feedbackIdentities, givenLookups, judgeFeedback } from './feedback/feedback-given.ts';
import { isGrievance } from './grievance/grievance-codes.ts';
import { grievanceLookups, grievanceTask, judgeGrievance } from './grievance/grievance-task.ts';
import { refusal } from './insurance-refusals.ts';
import type { InsuranceRule } from './insurance-rule.ts';
import { say } from './texts/say.ts';

const communicationOf = (resource: Resource): Communication => resource as unknown as Communication;

/**
 * What was said: feedback about a claim settles the request for it, a complaint gets a task to be answered.
 * https://hl7.org/fhir/R4/communication.html
 */
export const communicationRule: InsuranceRule = {
  identities: resource => feedbackIdentities(communicationOf(resource)),
  lookups: (resource, _found, { id }) => {
    const communication = communicationOf(resource);
    return { ...givenLookups(communication), ...grievanceLookups(communication, id) };
  },
  judge: (resource, context) => [
    ...judgeFeedback(communicationOf(resource), context),
    ...judgeGrievance(communicationOf(resource), context),
  ],
  effects: (exact, context) => [
    ...deliveredRequest(communicationOf(exact), context),
    ...grievanceTask(communicationOf(exact), context),
  ],
  judgeDeletion: (_answer, resource) =>
    isGrievance(communicationOf(resource)) ? [refusal('grievance-kept', 'Communication', say('grievance-stays'))] : [],
};
