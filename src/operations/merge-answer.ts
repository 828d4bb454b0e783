import type { FhirResource, ParametersParameter } from 'fhir/r4.js';
import { refuse } from '../fhir/fhir-error.ts';
import { operationOutcome } from '../fhir/operation-outcome.ts';
import { parseReference } from '../fhir/reference.ts';
import type { JsonObject, Resource } from '../fhir/resource.ts';
import type { Deps, InteractionResult } from '../interactions/context.ts';
import { read } from '../interactions/read.ts';
import type { StoredVersion } from '../store/store.ts';
import type { Replacing } from './commit-together.ts';
import { versionReference } from './merge-record.ts';
import { parametersResult } from './parameters-result.ts';

/** The patient that a parameter refers to. @throws {FhirError} 400 where it refers to none, 404 and 410 where there is none */
export const namedPatient = async (
  deps: Deps,
  name: string,
  reference: JsonObject | undefined,
): Promise<StoredVersion> => {
  if (reference === undefined) {
    throw refuse('operation-parameter-missing', `Say which patient is meant: add ${name} as valueReference.`);
  }
  const text = typeof reference.reference === 'string' ? reference.reference : '';
  const target = parseReference(text, deps.settings.baseUrl);
  if (target.kind !== 'local' || target.resourceType !== 'Patient' || target.versionId !== undefined) {
    throw refuse('operation-parameter-invalid', `The parameter ${name} must refer to a patient, like Patient/123.`);
  }
  await read(deps, 'Patient', target.id);
  return (await deps.store.read(target))!;
};

const reference = (name: string, text: string): ParametersParameter => ({ name, valueReference: { reference: text } });

/** What a merge or its undoing answers: what was done, the record, what else was changed, and where that is recorded. */
export const mergeAnswer = (
  done: string,
  result: Resource,
  changed: readonly Replacing[],
  record: Replacing | undefined,
): InteractionResult => {
  const outcome = operationOutcome([
    { severity: 'information', code: 'informational', rule: 'records-merged', diagnostics: done },
  ]);
  return parametersResult([
    { name: 'outcome', resource: outcome as unknown as FhirResource },
    { name: 'result', resource: result as unknown as FhirResource },
    ...changed.map(each => reference('changed', versionReference({ ...each, versionId: each.versionId + 1 }))),
    record === undefined ? undefined : reference('provenance', `Provenance/${record.id}`),
  ]);
};
