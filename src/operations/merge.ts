import type { Patient } from 'fhir/r4.js';
import { parseExact } from '../fhir/exact-json.ts';
import { FhirError, refuse } from '../fhir/fhir-error.ts';
import type { ParsedResource } from '../fhir/parse-resource.ts';
import type { Resource } from '../fhir/resource.ts';
import { type Deps, serverOf } from '../interactions/context.ts';
import { enabledType } from '../interactions/enabled-type.ts';
import { takeTurns } from '../interactions/take-turns.ts';
import { untilUndisturbed } from '../interactions/until-undisturbed.ts';
import { mergedSource, mergedTarget, replacedBy } from '../matching/merged-records.ts';
import { moveReferences } from '../matching/move-references.ts';
import type { StoredVersion } from '../store/store.ts';
import { commitTogether, type Replacing } from './commit-together.ts';
import { mergeAnswer, namedPatient } from './merge-answer.ts';
import { newMergeRecord } from './merge-record.ts';
import type { Operation } from './operation.ts';
import { readOperationInput } from './operation-input.ts';
import { referringResources } from './referring-resources.ts';

const DECLARED = {
  'source-patient': 'Reference',
  'target-patient': 'Reference',
  'result-patient': 'Resource',
  preview: 'boolean',
} as const;

const patientOf = ({ body }: StoredVersion): Patient => parseExact(body) as Patient;

/** @throws {FhirError} 422 where the two cannot be made one */
const requireMergeable = (source: Patient, target: Patient): void => {
  const [from, to] = [`Patient/${source.id}`, `Patient/${target.id}`];
  const fault = (text: string): FhirError => refuse('merge-refused', text);
  if (from === to) throw fault('Name two different patients: source-patient and target-patient are the same.');
  const other = replacedBy(target);
  if (other !== undefined) throw fault(`${to} was merged into ${other} itself. Name that one as target-patient.`);
  const before = replacedBy(source);
  if (before !== undefined && before !== to) throw fault(`${from} was merged into ${before} already. Undo that first.`);
};

/** What the record that stays is to be, as the client says. @throws {FhirError} 422 where that is no such record */
const resultOf = (deps: Deps, given: ParsedResource | undefined, target: Patient): Patient => {
  if (given === undefined) return target;
  const { resource, exact, written } = given;
  if (resource.resourceType !== 'Patient' || resource.id !== target.id) {
    throw refuse('merge-refused', `result-patient must be the Patient with "id": "${target.id}", which stays.`);
  }
  const { profile } = enabledType(deps, 'Patient');
  const issues = deps.validator.validate(resource, profile === undefined ? [] : [profile], written);
  if (issues.some(({ severity }) => severity === 'error')) throw new FhirError(422, issues);
  return exact as unknown as Patient;
};

const replacing = ({ resourceType, id, versionId }: StoredVersion, resource: object): Replacing => ({
  resourceType,
  id,
  versionId,
  resource: resource as unknown as Resource,
});

/** Everything that refers to the record that ends, as it is to be. */
const moved = async (
  deps: Deps,
  versions: readonly StoredVersion[],
  { from, to }: { from: string; to: string },
  turn: () => Promise<void>,
): Promise<Replacing[]> => {
  const followed: Replacing[] = [];
  for (const version of versions) {
    await turn();
    if (`${version.resourceType}/${version.id}` === to) continue;
    const resource = parseExact(version.body) as Resource;
    const before = parseExact(version.body) as Resource;
    const { baseUrl } = deps.settings;
    if (moveReferences(resource, before, { from, to, baseUrl })) followed.push(replacing(version, resource));
  }
  return followed;
};

/**
 * Makes one record of two of the same person, in one unit: whatever refers to the source refers to the target from then on, but for
 * records of what was done; the source stays, not in use, and the target has its numbers as old ones. What claims came to stays as it is. Called
 * again, it takes along what came for the source since. `preview` judges all and changes nothing.
 * @throws {FhirError} 400 for a parameter, 404 and 410 for a patient that is not there, 422 where the two cannot be merged, or too much
 * refers to the source
 */
export const merge: Operation = {
  code: 'merge',
  levels: new Set(['type']),
  affectsState: true,
  run: async (deps, request) => {
    const input = readOperationInput(request, DECLARED, deps.settings.maxDepth);
    const { preview: isTrial = false } = input;
    const turn = takeTurns();
    return untilUndisturbed(async () => {
      const [sourceVersion, targetVersion] = [
        await namedPatient(deps, 'source-patient', input['source-patient']),
        await namedPatient(deps, 'target-patient', input['target-patient']),
      ];
      const [source, target] = [patientOf(sourceVersion), patientOf(targetVersion)];
      requireMergeable(source, target);
      const result = mergedTarget(resultOf(deps, input['result-patient'], target), source);
      const [from, to] = [`Patient/${source.id}`, `Patient/${target.id}`];
      const { versions, nothingNew } = await referringResources(serverOf(deps), sourceVersion, turn);
      const patients = [
        replacing(targetVersion, result),
        replacing(sourceVersion, mergedSource(source, target)),
      ].filter(({ resource }, index) => JSON.stringify(resource) !== JSON.stringify([target, source][index]));
      const others = await moved(deps, versions, { from, to }, turn);
      const done = `${from} ${isTrial ? 'would be' : 'is'} merged into ${to}; ${others.length} others refer to ${to} instead.`;
      const changed = [...patients, ...others];
      if (changed.length === 0) return mergeAnswer(done, JSON.parse(targetVersion.body) as Resource, [], undefined);
      const record = newMergeRecord(deps, 'merge', changed, { source: from, target: to });
      const texts = await commitTogether(deps, [...changed, record], { nothingNew, isTrial, turn });
      if (texts === undefined) return undefined;
      const kept = patients[0]?.resource === (result as unknown as Resource) ? texts[0]! : targetVersion.body;
      return mergeAnswer(done, JSON.parse(kept) as Resource, others, isTrial ? undefined : record);
    });
  },
};
