import type { Provenance } from 'fhir/r4.js';
import { formatInstant } from '../fhir/datetime.ts';
import type { Resource } from '../fhir/resource.ts';
import type { Deps } from '../interactions/context.ts';
import { agentsOf } from '../interactions/step-provenance.ts';
import type { CurrentVersion } from '../store/store.ts';
import type { Replacing } from './commit-together.ts';

const LIFECYCLE = 'http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle';

/** What was done to two records of a person. */
export type MergeActivity = 'merge' | 'unmerge';

/** A reference to one version of a resource. */
export const versionReference = ({ resourceType, id, versionId }: CurrentVersion): string =>
  `${resourceType}/${id}/_history/${versionId}`;

/** The two patients as references, who did it, and when it was done, in milliseconds since 1970 UTC. */
interface MergeFacts {
  source: string;
  target: string;
  agent: Provenance['agent'];
  recorded: number;
}

/**
 * The record of a merge or its undoing: its targets are all versions that it made, its entities the record that ends and the one that stays.
 * https://hl7.org/fhir/R4/provenance.html
 */
const mergeRecord = (
  activity: MergeActivity,
  made: readonly CurrentVersion[],
  { source, target, agent, recorded }: MergeFacts,
): Resource => {
  const record: Provenance = {
    resourceType: 'Provenance',
    target: made.map(version => ({ reference: versionReference(version) })),
    recorded: formatInstant(recorded),
    activity: { coding: [{ system: LIFECYCLE, code: activity }] },
    agent,
    entity: [
      { role: 'source', what: { reference: source } },
      { role: 'revision', what: { reference: target } },
    ],
  };
  return record as unknown as Resource;
};

/** Whether a record is of that, for these two. */
export const isRecordOf = (
  { activity, entity = [] }: Provenance,
  code: MergeActivity,
  { source, target }: Pick<MergeFacts, 'source' | 'target'>,
): boolean =>
  activity?.coding?.some(coding => coding.system === LIFECYCLE && coding.code === code) === true &&
  entity[0]?.what.reference === source &&
  entity[1]?.what.reference === target;

/**
 * The record to be stored with the versions that a merge or its undoing makes, by the client that asked for it; where nobody is known, by the
 * scheme's insurer.
 */
export const newMergeRecord = (
  deps: Deps,
  activity: MergeActivity,
  changed: readonly Replacing[],
  { source, target }: Pick<MergeFacts, 'source' | 'target'>,
): Replacing => {
  const known = agentsOf({ who: undefined, caller: deps.access?.caller }) as unknown as Provenance['agent'];
  const agent = known.length > 0 ? known : [{ who: { reference: deps.settings.insurer } }];
  const made = changed.map(each => ({ ...each, versionId: each.versionId + 1 }));
  return {
    resourceType: 'Provenance',
    id: deps.newId(),
    versionId: 0,
    resource: mergeRecord(activity, made, { source, target, agent, recorded: deps.now() }),
  };
};
