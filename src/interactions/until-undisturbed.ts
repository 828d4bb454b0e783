import { refuse } from '../fhir/fhir-error.ts';

/** How often a write without If-Match is tried again when others write the same resource at the same moment. */
const ATTEMPTS = 100;

/** Repeats what looks and then writes, until no other write came between. @throws {FhirError} 409 when others never leave off */
export const untilUndisturbed = async <Result>(attempt: () => Promise<Result | undefined>): Promise<Result> => {
  for (let left = ATTEMPTS; left > 0; left--) {
    const result = await attempt();
    if (result !== undefined) return result;
  }
  throw refuse(
    'version-conflict',
    'Others keep changing this resource. Read it again, and send your change with If-Match.',
  );
};
