import type { Provenance } from 'fhir/r4.js';
import { formatInstant } from '../fhir/datetime.ts';
import type { Resource } from '../fhir/resource.ts';
import type { CurrentVersion } from '../store/store.ts';

const LIFECYCLE = 'http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle';

/** What was done to two records of a person. */
export type MergeActivity = 'merge' | 'unmerge';

/** A reference to one version of a resource. */
export const versionReference = ({ resourceType, id, versionId }: CurrentVersion): string =>
  `${resourceType}/${id}/_history/${versionId}`;

/** The two patients as references, who answers for it, and when it was done, in milliseconds since 1970 UTC. */
export interface MergeFacts {
  source: string;
  target: string;
  agent: string;
  recorded: number;
}

/**
 * The record of a merge or its undoing: its targets are all versions that it made, its entities the record that ends and the one that stays.
 * https://hl7.org/fhir/R4/provenance.html
 */
export const mergeRecord = (
  activity: MergeActivity,
  made: readonly CurrentVersion[],
  { source, target, agent, recorded }: MergeFacts,
): Resource => {
  const record: Provenance = {
    resourceType: 'Provenance',
    target: made.map(version => ({ reference: versionReference(version) })),
    recorded: formatInstant(recorded),
    activity: { coding: [{ system: LIFECYCLE, code: activity }] },
    agent: [{ who: { reference: agent } }],
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
