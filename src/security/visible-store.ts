import { setImmediate } from 'node:timers/promises';
import type { Matchable } from '../search/match.ts';
import type {
  HistoryPage,
  HistoryQuery,
  HistoryVersion,
  ResourceKey,
  Store,
  StoredVersion,
  Unit,
} from '../store/store.ts';
import { createHolds } from './holds.ts';
import { type Restriction, restrictQuery } from './restrict-query.ts';
import type { Permission } from './role.ts';
import type { RuleEntries } from './rule-entries.ts';

/** What a client's view of a store is made with. */
export interface VisibleOptions extends Restriction {
  entries: RuleEntries;
  /** The text of a resource with these elements of it alone. */
  show: (text: string, elements: readonly string[]) => string;
}

/** Pages of a history that are looked through for one page of what the client may see. */
const MOST_PAGES = 20;

/**
 * Whoever may read sees what it changes; who may only change or create sees what that concerns, since an update needs what it replaces and a
 * resend what was sent. To be answered with it is another matter, which needs the permission to read.
 */
const SEEING: readonly Permission[] = ['read', 'update', 'delete', 'create'];

/**
 * The store as a client may see it. What it may not see is not there: it is not read, not found, not counted, not told by conditions on
 * what others refer to. What it may do is judged elsewhere; what it hands over is committed as it is.
 */
export const createVisibleStore = (store: Store, { access, limits, entries, show }: VisibleOptions): Store => {
  const itemOf = (version: StoredVersion): Matchable => ({
    resourceType: version.resourceType,
    id: version.id,
    lastUpdated: version.lastUpdated,
    index: entries.of(version),
    text: version.body,
  });
  const holds = createHolds(store, itemOf);
  const restriction = { access, limits };

  const permissionToSee = (resourceType: string): Permission | undefined =>
    SEEING.find(permission => access.may(resourceType, permission));

  /** The version itself or, of a deletion, the last one before it that held something. */
  const lastLiving = async (version: StoredVersion): Promise<StoredVersion | undefined> => {
    let last: StoredVersion | undefined = version;
    while (last?.method === 'DELETE' && last.versionId > 1) {
      last = await store.readVersion(last, last.versionId - 1);
    }
    return last?.method === 'DELETE' ? undefined : last;
  };

  const isVisible = async (version: StoredVersion, permission: Permission): Promise<boolean> => {
    const conditions = limits(version.resourceType, permission);
    if (conditions.length === 0) return true;
    const living = version.method === 'DELETE' ? await lastLiving(version) : version;
    if (living === undefined) return false;
    const item = itemOf(living);
    for (const condition of conditions) {
      const held = holds(item, condition);
      if (!(held === true || (held !== false && (await held)))) return false;
    }
    return true;
  };

  /** The store gives the same object for a version that is read often. */
  const parts = new WeakMap<StoredVersion, StoredVersion>();
  const shown = <Version extends StoredVersion>(version: Version): Version => {
    const elements = access.rule(version.resourceType)?.elements;
    if (elements === undefined || version.body === '') return version;
    let part = parts.get(version) as Version | undefined;
    if (part === undefined) {
      const body = show(version.body, elements);
      part = { ...version, body, bodyBytes: Buffer.byteLength(body) };
      parts.set(version, part);
    }
    return part;
  };

  const read = async (key: ResourceKey): Promise<StoredVersion | undefined> => {
    const permission = permissionToSee(key.resourceType);
    const version = permission === undefined ? undefined : await store.read(key);
    return version !== undefined && (await isVisible(version, permission!)) ? version : undefined;
  };

  /** An earlier version is seen by whoever may see it and the current one. */
  const isVisibleInHistory = async (version: StoredVersion, permission: Permission): Promise<boolean> =>
    limits(version.resourceType, permission).length === 0 ||
    ((await isVisible(version, permission)) && (await read(version)) !== undefined);

  const visibleOf = (of: HistoryQuery['of']): HistoryQuery['of'] | undefined => {
    if ('id' in of) return permissionToSee(of.resourceType) === undefined ? undefined : of;
    const resourceTypes = of.resourceTypes.filter(
      type => access.may(type, 'search') && (access.rule(type)?.exact.size ?? 0) === 0,
    );
    return resourceTypes.length === 0 ? undefined : { resourceTypes };
  };

  const history: Store['history'] = async (query, after) => {
    const of = visibleOf(query.of);
    if (of === undefined) return { versions: [] };
    const permissionFor = (resourceType: string): Permission =>
      'id' in of ? permissionToSee(resourceType)! : 'search';
    const versions: HistoryVersion[] = [];
    let next = after;
    for (let pages = 0; pages < MOST_PAGES; pages++) {
      const page: HistoryPage = await store.history({ ...query, of, count: query.count - versions.length }, next);
      for (const version of page.versions) {
        if (await isVisibleInHistory(version, permissionFor(version.resourceType))) versions.push(shown(version));
      }
      next = page.next;
      if (next === undefined || versions.length >= query.count) break;
      await setImmediate();
    }
    return { versions, ...(next !== undefined && { next }) };
  };

  const restrictUnit = (unit: Unit): Unit => {
    const { changes, matches } = unit;
    if (matches === undefined && changes.every(({ ifNoneExist }) => ifNoneExist === undefined)) return unit;
    return {
      ...unit,
      changes: changes.map(change =>
        change.ifNoneExist === undefined
          ? change
          : { ...change, ifNoneExist: restrictQuery(restriction, change.ifNoneExist) },
      ),
      ...(matches !== undefined && {
        matches: matches.map(match => ({ ...match, query: restrictQuery(restriction, match.query) })),
      }),
    };
  };

  const notForClients = (): never => {
    throw new Error('The log of changes is read by the server itself');
  };

  return {
    signingKey: store.signingKey,
    isShared: store.isShared,
    get lastUpdated() {
      return store.lastUpdated;
    },
    read: async key => {
      const version = await read(key);
      return version && shown(version);
    },
    readVersion: async (key, versionId) => {
      if ((await read(key)) === undefined) return undefined;
      const version = await store.readVersion(key, versionId);
      const isSeen = version !== undefined && (await isVisible(version, permissionToSee(key.resourceType)!));
      return isSeen ? shown(version) : undefined;
    },
    history,
    search: async (query, after) => {
      const page = await store.search(restrictQuery(restriction, query), after);
      return { ...page, versions: page.versions.map(shown) };
    },
    commit: unit => store.commit(restrictUnit(unit)),
    changes: notForClients,
    newest: notForClients,
    indexStates: notForClients,
    auditRows: notForClients,
    auditChain: notForClients,
    settled: () => store.settled(),
    check: () => store.check(),
    statistics: () => store.statistics(),
    close: () => store.close(),
  };
};
