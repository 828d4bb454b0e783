import type { Extension, Patient } from 'fhir/r4.js';
import { buildBundle } from '../fhir/bundle.ts';
import { FhirError, refuse } from '../fhir/fhir-error.ts';
import type { ParsedResource } from '../fhir/parse-resource.ts';
import type { Deps } from '../interactions/context.ts';
import type { Likeness } from '../matching/compare-persons.ts';
import { type Candidate, findCandidates } from './find-candidates.ts';
import type { Operation } from './operation.ts';
import { readOperationInput } from './operation-input.ts';

const GRADE = 'http://hl7.org/fhir/StructureDefinition/match-grade';
const WEIGHT = 'https://kiungo.example/fhir/StructureDefinition/match-weight';

const DECLARED = { resource: 'Resource', onlyCertainMatches: 'boolean', count: 'integer' } as const;

const weights = ({ fields }: Likeness): Extension[] =>
  fields.map(({ field, agreement, points }) => ({
    url: WEIGHT,
    extension: [
      { url: 'field', valueCode: field },
      { url: 'agreement', valueCode: agreement },
      { url: 'points', valueInteger: points },
    ],
  }));

const entryOf = (baseUrl: string, { version, likeness }: Candidate): string => {
  const grade = { url: GRADE, valueCode: likeness.grade };
  const search = { extension: [grade, ...weights(likeness)], mode: 'match', score: likeness.score };
  const fullUrl = `${baseUrl}/Patient/${version.id}`;
  return `{"fullUrl":"${fullUrl}","resource":${version.body},"search":${JSON.stringify(search)}}`;
};

/** The person who is looked for. @throws {FhirError} 400 where there is none, 422 for what is no Patient of R4 */
const describedPatient = (deps: Deps, given: ParsedResource | undefined): Patient => {
  if (given === undefined) {
    throw refuse('operation-parameter-missing', '$match needs the parameter resource: a Patient, as far as known.');
  }
  if (given.resource.resourceType !== 'Patient') {
    throw refuse('operation-parameter-invalid', 'The parameter resource must be a Patient.');
  }
  const errors = deps.validator
    .validate(given.resource, [], given.written)
    .filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new FhirError(422, errors);
  return given.resource as unknown as Patient;
};

/**
 * Finds the patients who may be the person that is described, those most like first, each with a score, a grade and what every field
 * said for or against it. The description need not be a whole Patient.
 * @throws {FhirError} 400 where no Patient is given, 422 for what is no Patient of R4
 * https://hl7.org/fhir/R4/patient-operation-match.html
 */
export const match: Operation = {
  code: 'match',
  levels: new Set(['type']),
  affectsState: false,
  run: async (deps, request) => {
    const input = readOperationInput(request, DECLARED, deps.settings.maxDepth);
    const { pageSize, maxPageSize, baseUrl } = deps.settings;
    const { resource: given, onlyCertainMatches = false, count = pageSize } = input;
    if (count < 1) throw refuse('operation-parameter-invalid', 'The parameter count must be a number from 1.');
    const candidates = (await findCandidates(deps, describedPatient(deps, given))).filter(
      ({ likeness }) => !onlyCertainMatches || likeness.grade === 'certain',
    );
    const entries = candidates.slice(0, Math.min(count, maxPageSize)).map(each => entryOf(baseUrl, each));
    return { status: 200, body: buildBundle({ type: 'searchset', total: candidates.length, entries }) };
  },
};
