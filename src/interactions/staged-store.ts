import { gather } from '../search/gather.ts';
import type { SearchQuery } from '../search/query.ts';
import type {
  Change,
  CommitResult,
  Cursor,
  NewestCondition,
  Page,
  ResourceKey,
  Store,
  StoredVersion,
  Unit,
} from '../store/store.ts';
import { entriesOverlap } from './entries-overlap.ts';

/** A resource that a transaction is going to write, and which of its entries does. */
export interface StagedChange {
  change: Change;
  entry: number;
}

/** What a transaction has gathered, and the store as it would be with it. */
export interface Staging {
  /** The last of each resource, by `Type/id`. */
  readonly changes: ReadonlyMap<string, StagedChange>;
  /** All, by `Type/id/version`, in their order: a resource has several where changes of others make it follow. */
  readonly versions: ReadonlyMap<string, Change>;
  readonly mustExist: ReadonlyMap<string, ResourceKey>;
  /** What its decisions rest on. */
  readonly nothingNew: readonly NewestCondition[];
  /** What nothing may refer to any more. */
  readonly unreferred: readonly ResourceKey[];
  /** Entries by the business identities that they claim. */
  readonly identities: ReadonlyMap<string, number>;
  /**
   * The store as it would be, to be written to on behalf of an entry: what is committed to it is gathered and found, and not stored.
   * Conditions of a commit are taken to hold. `existing` is what an If-None-Exist has found.
   */
  storeOf(entry: number, existing?: ResourceKey): Store;
}

const nameOf = ({ resourceType, id }: ResourceKey): string => `${resourceType}/${id}`;

/** The name of a version among what is staged. */
export const stagedVersion = (key: ResourceKey, versionId: number): string => `${nameOf(key)}/${versionId}`;

const versionOf = (change: Change): StoredVersion => {
  const { resourceType, id, versionId, lastUpdated, method, text = '' } = change;
  const bodyBytes = Buffer.byteLength(text);
  return { resourceType, id, versionId, lastUpdated, method, body: text, bodyBytes, isStaged: true };
};

/**
 * Gathers what the entries of a transaction write, on top of what is stored.
 * @param taken business identities that are known to be another resource's
 */
export const createStaging = (store: Store, taken: ReadonlyMap<string, ResourceKey>): Staging => {
  const changes = new Map<string, StagedChange>();
  const versions = new Map<string, Change>();
  const living = gather<Change>();
  const mustExist = new Map<string, ResourceKey>();
  const nothingNew: NewestCondition[] = [];
  const unreferred: ResourceKey[] = [];
  const identities = new Map<string, number>();

  const judge = (unit: Unit, entry: number, existing: ResourceKey | undefined): CommitResult => {
    for (const change of unit.changes) {
      if (change.ifNoneExist !== undefined && existing !== undefined) return { outcome: 'exists', key: existing };
      const name = nameOf(change);
      const other = changes.get(name);
      const isAskedForTwice = other !== undefined && !change.follows && !other.change.follows;
      if (isAskedForTwice) throw entriesOverlap(name, other.entry, entry);
      for (const identity of change.identities ?? []) {
        const key = taken.get(identity);
        if (key !== undefined && (change.versionId === 1 || nameOf(key) !== name)) {
          return { outcome: 'identity-taken', identity, key };
        }
        const claimed = identities.get(identity);
        if (claimed !== undefined && !change.follows)
          throw entriesOverlap(`a ${change.resourceType} with one business identifier`, claimed, entry);
      }
    }
    return { outcome: 'committed' };
  };

  const stage = (unit: Unit, entry: number, existing: ResourceKey | undefined): CommitResult => {
    const result = judge(unit, entry, existing);
    if (result.outcome !== 'committed') return result;
    for (const { ifNoneExist: _judged, ...change } of unit.changes) {
      changes.set(nameOf(change), { change, entry });
      versions.set(stagedVersion(change, change.versionId), change);
      if (change.method !== 'DELETE') living.add(change);
      for (const identity of change.identities ?? []) identities.set(identity, entry);
    }
    for (const key of unit.mustExist ?? []) mustExist.set(nameOf(key), key);
    nothingNew.push(...(unit.nothingNew ?? []));
    unreferred.push(...(unit.unreferred?.keys ?? []));
    return result;
  };

  const current = (key: ResourceKey): Change | undefined => changes.get(nameOf(key))?.change;

  const isLast = (change: Change): boolean => current(change) === change;

  /** Pages of the store without what is changed; all that is gathered stands on the first. */
  const search = async (query: SearchQuery, after?: Cursor): Promise<Page> => {
    const page = await store.search(query, after);
    if (changes.size === 0) return page;
    const found = page.versions.filter(version => current(version) === undefined);
    if (after === undefined) found.push(...living.find(query).filter(isLast).map(versionOf));
    return { ...page, versions: found };
  };

  const staged: Omit<Store, 'commit'> = {
    signingKey: store.signingKey,
    isShared: store.isShared,
    lastUpdated: store.lastUpdated,
    read: async key => {
      const change = current(key);
      return change === undefined ? store.read(key) : versionOf(change);
    },
    readVersion: async (key, versionId) => {
      const change = versions.get(stagedVersion(key, versionId));
      return change === undefined ? store.readVersion(key, versionId) : versionOf(change);
    },
    search,
    history: (query, after) => store.history(query, after),
    changes: (after, limit, bodiesOf) => store.changes(after, limit, bodiesOf),
    newest: (types, after, limit) => store.newest(types, after, limit),
    indexStates: () => store.indexStates(),
    auditRows: query => store.auditRows(query),
    auditChain: (after, limit) => store.auditChain(after, limit),
    settled: () => store.settled(),
    check: () => store.check(),
    statistics: () => store.statistics(),
    close: () => store.close(),
  };

  return {
    changes,
    versions,
    mustExist,
    nothingNew,
    unreferred,
    identities,
    storeOf: (entry, existing) => ({ ...staged, commit: async unit => stage(unit, entry, existing) }),
  };
};
