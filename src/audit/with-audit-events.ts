import { setImmediate } from 'node:timers/promises';
import { refuse } from '../fhir/fhir-error.ts';
import type { Resource } from '../fhir/resource.ts';
import type { IndexEntry } from '../search/index-entry.ts';
import { type Matchable, matches, type Others } from '../search/match.ts';
import type { Condition, SearchQuery, SortKey } from '../search/query.ts';
import type { AuditQuery, Cursor, HistoryVersion, Page, Store, StoredAuditRow, StoredVersion } from '../store/store.ts';
import { StoreError } from '../store/store-error.ts';
import { AUDIT_EVENT, auditEventVersions } from './audit-event-versions.ts';
import { clientKey, peerKey } from './audit-facts.ts';

/** Rows that are read together, and rows that one search may look at. */
const ROWS = 200;
const MOST_ROWS = 100_000;

const ID = /^([1-9]\d{0,14})(?:-([1-9]\d{0,4}))?$/;

/** What AuditEvents are made with. */
export interface AuditEventOptions {
  baseUrl: () => string;
  /** What a resource is found under. */
  extract: (resource: Resource) => readonly IndexEntry[];
}

/** The chosen order, where it is by time. @throws {FhirError} for any other */
const isNewestFirst = (sort: readonly SortKey[]): boolean => {
  const [first, ...others] = sort;
  const isByTime = first === undefined || first.kind === 'lastUpdated' || first.parameter === 'date';
  if (isByTime && others.length === 0) return first?.descending ?? false;
  throw refuse('search-parameter-invalid', 'AuditEvents are sorted by date or _lastUpdated alone, or by -date.');
};

/** Keys of which a match has one, if the condition says them. */
const keysOf = (condition: Condition): readonly string[] | undefined => {
  switch (condition.kind) {
    case 'all':
      return condition.allOf.map(keysOf).find(keys => keys !== undefined);
    case 'any': {
      const keys = condition.anyOf.map(keysOf);
      return keys.every(each => each !== undefined) ? keys.flat() : undefined;
    }
    case 'token': {
      const codes = condition.anyOf.map(({ code }) => code);
      const isClient = ['altid', 'agent-name'].includes(condition.parameter);
      return isClient && codes.every(code => code !== undefined)
        ? codes.flatMap(code => [clientKey(code), peerKey(code)])
        : undefined;
    }
    case 'reference': {
      if (condition.parameter !== 'patient' && condition.parameter !== 'entity') return undefined;
      const type = condition.parameter === 'patient' ? 'Patient' : undefined;
      const keys = condition.anyOf.map(value =>
        'id' in value ? (value.type ?? type) && `${value.type ?? type}/${value.id}` : undefined,
      );
      return keys.every(each => each !== undefined) ? keys : undefined;
    }
    default:
      return undefined;
  }
};

/** A time that holds all matches. */
const timeOf = (conditions: readonly Condition[]): { low: number; high: number } => {
  const time = { low: 0, high: Number.MAX_SAFE_INTEGER };
  for (const condition of conditions) {
    const isOfTime = condition.kind === 'lastUpdated' || (condition.kind === 'date' && condition.parameter === 'date');
    const [value, ...others] = isOfTime ? condition.anyOf : [];
    if (value === undefined || others.length > 0) continue;
    const { prefix, low, high } = value;
    if (['eq', 'ge', 'gt', 'sa', 'ap'].includes(prefix)) time.low = Math.max(time.low, low);
    if (['eq', 'le', 'lt', 'eb', 'ap'].includes(prefix)) time.high = Math.min(time.high, high);
  }
  return time;
};

const notFollowed = (): never => {
  throw refuse(
    'search-parameter-invalid',
    'Searches of AuditEvents do not follow references. Ask for the reference itself.',
  );
};
const NO_OTHERS: Others = { read: notFollowed, all: notFollowed };

/**
 * A store in which the audit trail is there as AuditEvents, made when they are asked for: read, found and with a history of one version.
 * What clients would write to them must be refused before. Searches of several types leave them out.
 */
export const withAuditEvents = (store: Store, { baseUrl, extract }: AuditEventOptions): Store => {
  const versionsOf = (row: StoredAuditRow): StoredVersion[] => auditEventVersions(row, baseUrl());

  const rowAt = async (sequence: number): Promise<StoredAuditRow | undefined> => {
    const [row] = await store.auditChain(sequence - 1, 1);
    return row?.sequence === sequence && row.text !== '' ? row : undefined;
  };

  const find = async (id: string): Promise<StoredVersion | undefined> => {
    const [, sequence, index = '0'] = ID.exec(id) ?? [];
    if (sequence === undefined) return undefined;
    const row = await rowAt(Number(sequence));
    return row && versionsOf(row)[Number(index)];
  };

  const itemOf = (version: StoredVersion): Matchable => ({
    ...{ resourceType: AUDIT_EVENT, id: version.id, lastUpdated: version.lastUpdated },
    index: extract(JSON.parse(version.body) as Resource),
    text: version.body,
  });

  const search = async ({ where, sort, count, total }: SearchQuery, after?: Cursor): Promise<Page> => {
    const newestFirst = isNewestFirst(sort);
    const anyOf = keysOf({ kind: 'all', allOf: where });
    const asked: AuditQuery = { at: timeOf(where), newestFirst, count: ROWS, ...(anyOf && { anyOf }) };
    const isCounted = total === 'accurate';
    const found: StoredVersion[] = [];
    const [afterAt, afterSequence, afterIndex] = (after ?? []) as number[];
    let place: AuditQuery['after'] = afterAt === undefined ? undefined : [afterAt, afterSequence!];
    let left = MOST_ROWS;
    let last: Cursor | undefined;
    let matched = 0;
    const take = (row: StoredAuditRow, begin: number): boolean => {
      const versions = versionsOf(row);
      for (let index = begin; index < versions.length; index++) {
        const item = itemOf(versions[index]!);
        if (!where.every(condition => matches(item, condition, NO_OTHERS))) continue;
        if (matched++ < count) {
          found.push(versions[index]!);
          last = [row.at, row.sequence, index];
        } else if (!isCounted) return true;
      }
      return false;
    };
    // The row at which the page before ended may have more.
    if (afterIndex !== undefined) {
      const row = await rowAt(afterSequence!);
      if (row !== undefined && take(row, afterIndex + 1) && last !== undefined) return { versions: found, next: last };
    }
    for (;;) {
      const rows = await store.auditRows({ ...asked, ...(place !== undefined && { after: place }) });
      for (const row of rows) if (take(row, 0)) return { versions: found, ...(last !== undefined && { next: last }) };
      const end = rows.at(-1);
      if (rows.length < ROWS || end === undefined) break;
      place = [end.at, end.sequence];
      left -= rows.length;
      if (left <= 0) throw new StoreError('too-costly', 'A search of AuditEvents would look at too many of them.');
      await setImmediate();
    }
    const isMore = isCounted && matched > found.length && last !== undefined;
    return {
      versions: found,
      ...(isMore && { next: last! }),
      ...(isCounted && after === undefined && { total: matched }),
    };
  };

  return {
    signingKey: store.signingKey,
    isShared: store.isShared,
    get lastUpdated() {
      return store.lastUpdated;
    },
    read: key => (key.resourceType === AUDIT_EVENT ? find(key.id) : store.read(key)),
    readVersion: async (key, versionId) => {
      if (key.resourceType !== AUDIT_EVENT) return store.readVersion(key, versionId);
      return versionId === 1 ? find(key.id) : undefined;
    },
    history: async (query, after) => {
      if (!('id' in query.of) || query.of.resourceType !== AUDIT_EVENT) return store.history(query, after);
      const version = await find(query.of.id);
      const versions: HistoryVersion[] = version === undefined ? [] : [{ ...version, creates: true }];
      return { versions: after === undefined ? versions : [] };
    },
    search: (query, after) => {
      const { others = [] } = query;
      const rest = others.filter(({ resourceType }) => resourceType !== AUDIT_EVENT);
      if (query.resourceType === AUDIT_EVENT) {
        const [next, ...more] = rest;
        if (next === undefined) return search(query, after);
        return store.search({ ...query, ...next, others: more }, after);
      }
      return store.search(rest.length === others.length ? query : { ...query, others: rest }, after);
    },
    commit: unit => store.commit(unit),
    changes: (from, limit, bodiesOf) => store.changes(from, limit, bodiesOf),
    newest: (types, from, limit) => store.newest(types, from, limit),
    indexStates: () => store.indexStates(),
    auditRows: query => store.auditRows(query),
    auditChain: (from, limit) => store.auditChain(from, limit),
    settled: () => store.settled(),
    check: () => store.check(),
    statistics: () => store.statistics(),
    close: () => store.close(),
  };
};
