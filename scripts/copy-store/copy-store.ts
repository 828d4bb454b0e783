import { createHash } from 'node:crypto';
import type { Resource } from '../../src/fhir/resource.ts';
import type { Deps } from '../../src/interactions/context.ts';
import { entriesOfAnswer } from '../../src/interactions/entries-of-answer.ts';
import { identitiesOf } from '../../src/interactions/identities-of.ts';
import type { Change, SequencedVersion, Store } from '../../src/store/store.ts';

/** How far a copy is; `total` versions are there. */
export interface CopyProgress {
  step: 'copied' | 'compared';
  done: number;
  total: number;
}

/** What was copied: how many versions, and the sum of all of them, which both stores have. */
export interface Copied {
  versions: number;
  checksum: string;
}

/** Versions that are copied in one unit. */
const PAGE = 100;

/**
 * Copies all versions of a store to another one, in their order, found there by what the definitions of the first say. Goes on where an
 * earlier copy was broken off, then compares the two. Nobody may write to either meanwhile.
 * @throws {Error} where the other store has something else, or the two differ at the end
 */
export const copyStore = async (
  deps: Deps,
  to: Store,
  onProgress: (progress: CopyProgress) => void,
): Promise<Copied> => {
  const from = deps.store;
  const total = await lastSequence(from);
  const before = await lastSequence(to);
  await requireSame(from, to, before);
  let done = before;
  for await (const versions of pagesOf(from, before)) {
    // Several versions of one resource follow each other in a unit as they did in the store.
    const result = await to.commit({ changes: versions.map(version => changeOf(deps, version)) });
    if (result.outcome !== 'committed') throw new Error(`The copy was refused: ${result.outcome}. ${SOMETHING_ELSE}`);
    done += versions.length;
    onProgress({ step: 'copied', done, total });
  }
  await to.commit({ changes: [], indexing: { resources: [], states: await from.indexStates() } });
  const checksum = await checksumOf(from, total, onProgress);
  if ((await checksumOf(to, total, onProgress)) !== checksum) {
    throw new Error(`The two stores differ. ${SOMETHING_ELSE}`);
  }
  return { versions: total, checksum };
};

const SOMETHING_ELSE = 'Was something else written to one of them? Begin again with an empty one.';

const changeOf = (deps: Deps, { body, ...version }: SequencedVersion): Change => {
  const { resourceType, id, versionId, lastUpdated, method } = version;
  const change = { resourceType, id, versionId, lastUpdated, method };
  if (method === 'DELETE') return { ...change, index: [] };
  const resource = JSON.parse(body) as Resource;
  return {
    ...change,
    text: body,
    index: entriesOfAnswer(deps, resource, []),
    identities: identitiesOf(deps, resource),
  };
};

async function* pagesOf(store: Store, after: number): AsyncGenerator<readonly SequencedVersion[]> {
  for (let last = after; ; ) {
    const versions = await store.changes(last, PAGE);
    if (versions.length === 0) return;
    yield versions;
    last = versions.at(-1)!.sequence;
  }
}

/** The last sequence number of a store, 0 where it is empty: looked for by doubling and halving. */
const lastSequence = async (store: Store): Promise<number> => {
  const isAfter = async (sequence: number): Promise<boolean> => (await store.changes(sequence, 1)).length > 0;
  let high = 1;
  while (await isAfter(high)) high *= 2;
  let low = 0;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (await isAfter(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** What was copied before must be a part of the store: the last version of it tells. */
const requireSame = async (from: Store, to: Store, last: number): Promise<void> => {
  if (last === 0) return;
  const [first] = await from.changes(last - 1, 1);
  const [second] = await to.changes(last - 1, 1);
  if (first === undefined || lineOf(first) !== lineOf(second!)) {
    throw new Error(
      'The store to copy to has something else. Name an empty one, or one that an earlier copy has begun.',
    );
  }
};

const lineOf = ({ bodyBytes: _bytes, isStaged: _staged, ...version }: SequencedVersion): string =>
  JSON.stringify(Object.entries(version).sort(([a], [b]) => (a < b ? -1 : 1)));

const checksumOf = async (
  store: Store,
  total: number,
  onProgress: (progress: CopyProgress) => void,
): Promise<string> => {
  const hash = createHash('sha256');
  let done = 0;
  for await (const versions of pagesOf(store, 0)) {
    for (const version of versions) hash.update(lineOf(version)).update('\n');
    done += versions.length;
    onProgress({ step: 'compared', done, total });
  }
  return hash.digest('hex');
};
