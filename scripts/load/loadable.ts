import type { Bundle, OperationOutcome, OperationOutcomeIssue } from 'fhir/r4.js';
import { FhirError, refuse } from '../../src/fhir/fhir-error.ts';
import { operationOutcome } from '../../src/fhir/operation-outcome.ts';
import { type ParsedResource, parseResource } from '../../src/fhir/parse-resource.ts';
import { isId } from '../../src/fhir/reference.ts';

/** What is to be stored: a resource under its id, or a Bundle to carry out. */
export type Loadable =
  | { kind: 'resource'; parsed: ParsedResource; resourceType: string; id: string }
  | { kind: 'bundle'; type: 'batch' | 'transaction' };

/** Reads an entry of a file. @throws {FhirError} 400 where it is no resource, or one without an id */
export const readLoadable = (body: Buffer, maxDepth: number): Loadable => {
  const parsed = parseResource(body, maxDepth);
  const { resourceType, type, id } = parsed.resource;
  if (resourceType === 'Bundle' && (type === 'batch' || type === 'transaction')) return { kind: 'bundle', type };
  if (typeof id !== 'string' || !isId(id)) {
    throw refuse(
      'id-malformed',
      'A resource that is loaded is stored under its own id, so that it is not stored twice when loading is begun again. Give it an "id": up to 64 letters, digits, - and . are allowed.',
      { expression: `${resourceType}.id` },
    );
  }
  return { kind: 'resource', parsed, resourceType, id };
};

/** The issues of a refusal, as they stand in an OperationOutcome. */
export const issuesOf = ({ issues }: FhirError): OperationOutcomeIssue[] =>
  (operationOutcome(issues) as unknown as OperationOutcome).issue;

/** Why entries of a batch were refused, each at its place. */
export const issuesOfBundle = (bundle: Bundle): OperationOutcomeIssue[] =>
  (bundle.entry ?? []).flatMap(({ response }, index) => {
    if (response === undefined || /^[123]/.test(response.status)) return [];
    const { issue = [] } = (response.outcome ?? {}) as Partial<OperationOutcome>;
    const at = `Bundle.entry[${index}]`;
    if (issue.length === 0)
      return [{ severity: 'error', code: 'processing', diagnostics: response.status, expression: [at] }];
    return issue.map(one => ({ ...one, expression: one.expression ?? [at] }));
  });

/** Carries out what throws its refusal, and gives the refusal. */
export const refusalOf = async (store: () => Promise<OperationOutcomeIssue[]>): Promise<OperationOutcomeIssue[]> => {
  try {
    return await store();
  } catch (error) {
    if (error instanceof FhirError) return issuesOf(error);
    throw error;
  }
};
