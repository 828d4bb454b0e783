import type { Patient, Provenance } from 'fhir/r4.js';
import { parseExact } from '../fhir/exact-json.ts';
import { refuse } from '../fhir/fhir-error.ts';
import { parseReference } from '../fhir/reference.ts';
import type { Resource } from '../fhir/resource.ts';
import { type Deps, serverOf } from '../interactions/context.ts';
import { foundPages } from '../interactions/found-pages.ts';
import { takeTurns } from '../interactions/take-turns.ts';
import { untilUndisturbed } from '../interactions/until-undisturbed.ts';
import { replacedBy, unmergedTarget } from '../matching/merged-records.ts';
import { moveBack } from '../matching/move-references.ts';
import type { CurrentVersion, ResourceKey } from '../store/store.ts';
import { commitTogether, type Replacing } from './commit-together.ts';
import { mergeAnswer, namedPatient } from './merge-answer.ts';
import { isRecordOf, newMergeRecord } from './merge-record.ts';
import type { Operation } from './operation.ts';
import { readOperationInput } from './operation-input.ts';

const DECLARED = { 'source-patient': 'Reference', preview: 'boolean' } as const;

/** Resources that a refusal names at most. */
const MOST_NAMED = 10;

const nameOf = ({ resourceType, id }: ResourceKey): string => `${resourceType}/${id}`;

/** The two patients, as references. */
interface Pair {
  source: string;
  target: string;
}

/** What a merge, and those after it of the same two, made of a resource: the first version, and whether it made another one later. */
interface Made extends CurrentVersion {
  isOnce: boolean;
}

const versionsOf = ({ target }: Provenance): CurrentVersion[] =>
  target.flatMap(({ reference = '' }) => {
    const parsed = parseReference(reference);
    return parsed.kind === 'local' ? [{ ...parsed, versionId: Number(parsed.versionId) }] : [];
  });

/** What the merges of the two made that were not undone. */
const madeOf = async (deps: Deps, pair: Pair): Promise<Made[]> => {
  const records: Provenance[] = [];
  const search = { resourceType: 'Provenance', parameters: [['entity', pair.source]] } as const;
  for await (const page of foundPages(deps, search)) records.push(...(page as unknown as Provenance[]));
  const undone = records.findLastIndex(record => isRecordOf(record, 'unmerge', pair));
  const made = new Map<string, Made>();
  for (const record of records.slice(undone + 1)) {
    if (!isRecordOf(record, 'merge', pair)) continue;
    for (const version of versionsOf(record)) {
      const name = nameOf(version);
      const first = made.get(name);
      made.set(name, first === undefined ? { ...version, isOnce: true } : { ...first, isOnce: false });
    }
  }
  return [...made.values()];
};

/** One resource as it was before the merge; `undefined` where there is nothing to do, `false` where that cannot be. */
const restored = async (
  deps: Deps,
  { source, target }: Pair,
  { resourceType, id, versionId, isOnce }: Made,
): Promise<Replacing | undefined | false> => {
  const key = { resourceType, id };
  const [current, merged, before] = await Promise.all([
    deps.store.read(key),
    deps.store.readVersion(key, versionId),
    deps.store.readVersion(key, versionId - 1),
  ]);
  if (current === undefined || current.method === 'DELETE') return undefined;
  if (merged === undefined || before === undefined || before.body === '') return false;
  const as = (resource: object): Replacing => ({
    ...key,
    versionId: current.versionId,
    resource: resource as Resource,
  });
  const earlier = parseExact(before.body) as Resource;
  if (current.versionId === versionId && isOnce) return as(earlier);
  if (nameOf(key) === source) return false;
  const now = parseExact(current.body) as Resource;
  if (nameOf(key) === target) {
    const [patient, then, first] = [now, parseExact(merged.body), earlier] as unknown as [Patient, Patient, Patient];
    return as(unmergedTarget(patient, then, first, source));
  }
  return moveBack(now, earlier, { from: source, to: target, baseUrl: deps.settings.baseUrl }) && as(now);
};

/** Everything as it was. @throws {FhirError} 409 naming what was changed since so that it cannot be */
const allRestored = async (
  deps: Deps,
  pair: Pair,
  made: readonly Made[],
  turn: () => Promise<void>,
): Promise<Replacing[]> => {
  const back: Replacing[] = [];
  const contradicting: string[] = [];
  for (const each of made) {
    await turn();
    const one = await restored(deps, pair, each);
    if (one === false) contradicting.push(nameOf(each));
    else if (one !== undefined) back.push(one);
  }
  if (contradicting.length === 0) return back;
  const named = contradicting.slice(0, MOST_NAMED).join(', ');
  throw refuse(
    'unmerge-refused',
    `Since the merge these were changed so that they cannot be as they were: ${named}` +
      `${contradicting.length > MOST_NAMED ? ' and more' : ''}. Restore them from their history first.`,
  );
};

/**
 * Undoes a merge in one unit: both records, and all that the merge made refer to the target, are as they were, with what was changed in
 * them since. What came for the target after the merge stays the target's. `preview` judges all and changes nothing.
 * @throws {FhirError} 400 for a parameter, 404 and 410 for a patient that is not there, 422 where it was not merged, 409 naming what was
 * changed since so that it cannot be as it was
 */
export const unmerge: Operation = {
  code: 'unmerge',
  levels: new Set(['type']),
  affectsState: true,
  run: async (deps, request) => {
    const input = readOperationInput(request, DECLARED, deps.settings.maxDepth);
    const { preview: isTrial = false } = input;
    const turn = takeTurns();
    return untilUndisturbed(async () => {
      const version = await namedPatient(deps, 'source-patient', input['source-patient']);
      const source = `Patient/${version.id}`;
      const target = replacedBy(JSON.parse(version.body) as Patient);
      const made = target === undefined ? [] : await madeOf(serverOf(deps), { source, target });
      if (target === undefined || made.length === 0) {
        throw refuse('merge-refused', `There is no merge of ${source} to undo. Later merges are undone first.`);
      }
      const back = await allRestored(serverOf(deps), { source, target }, made, turn);
      const record = newMergeRecord(deps, 'unmerge', back, { source, target });
      const texts = await commitTogether(deps, [...back, record], { isTrial, turn });
      if (texts === undefined) return undefined;
      const isOther = (each: Replacing): boolean => ![source, target].includes(nameOf(each));
      const others = back.filter(isOther);
      const done = `${source} ${isTrial ? 'would be' : 'is'} a record of its own; ${others.length} others are as they were.`;
      const result = texts[back.findIndex(each => nameOf(each) === source)] ?? version.body;
      return mergeAnswer(done, JSON.parse(result) as Resource, others, isTrial ? undefined : record);
    });
  },
};
