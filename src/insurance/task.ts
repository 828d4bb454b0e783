import type { Task } from 'fhir/r4.js';
import { runIdentities } from './batch/batch-resources.ts';
import { alreadyRun } from './batch/begin-run.ts';
import type { InsuranceRule } from './insurance-rule.ts';

/** A Task that is a batch run stays, so that its period is run once. https://hl7.org/fhir/R4/task.html */
export const taskRule: InsuranceRule = {
  identities: resource => runIdentities(resource as unknown as Task),
  judgeDeletion: (_answer, resource) =>
    runIdentities(resource as unknown as Task).length > 0 ? [alreadyRun(`Task/${resource.id}`)] : [],
};
