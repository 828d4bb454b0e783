import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Condition, SearchQuery } from '../../search/query.ts';
import type { Change, CommitResult } from '../store.ts';
import { Batches } from './batches.ts';
import { openConnection } from './connection.ts';
import { migrate } from './migrations.ts';
import { packUnit, unpackUnit } from './pack-unit.ts';
import { PacketReader, PacketWriter } from './packet.ts';
import { Search } from './search.ts';
import { readSetting } from './setting.ts';
import { Statements } from './statements.ts';
import { TermKeys } from './term-keys.ts';

/** Each change has four terms: its type, its code, the code's system and the text as it is written. */
const TERMS = 4;
const FOLD = 4 * TERMS;

describe('the fold of the index', () => {
  let folder: string;
  let file: string;
  let database: DatabaseSync;
  let batches: Batches;
  let reader: Search;
  let readers: DatabaseSync[];

  const bounds = { searchLimit: 1000, mostScanned: 100_000 };

  const openReader = (): Search => {
    const connection = openConnection(file, { readOnly: true, durable: true });
    readers.push(connection);
    return new Search(
      new Statements(connection, undefined),
      new TermKeys(readSetting(connection, 'term-seed')),
      bounds,
    );
  };

  const change = (id: string, code: string, versionId = 1, rest: Partial<Change> = {}): Change => ({
    resourceType: 'Basic',
    id,
    versionId,
    lastUpdated: 1,
    method: versionId === 1 ? 'POST' : 'PUT',
    text: JSON.stringify({ id }),
    index: [
      { kind: 'token', parameter: 'code', system: 'urn:s', code },
      { kind: 'date', parameter: 'created', low: code.charCodeAt(0), high: code.charCodeAt(0) + 1 },
      { kind: 'string', parameter: 'name', text: code, folded: code },
    ],
    ...rest,
  });

  const commit = (...changes: Change[]): (CommitResult | Error)[] => {
    const packet = new PacketWriter();
    const keys = new TermKeys(readSetting(database, 'term-seed'));
    for (const each of changes) packUnit({ changes: [each] }, keys, packet);
    const packed = new PacketReader(packet.take());
    return batches.commit(changes.map(() => unpackUnit(packed)));
  };

  const queryOf = (condition: Condition): SearchQuery => ({
    resourceType: 'Basic',
    where: [condition],
    sort: [],
    count: 100,
    total: 'accurate',
  });
  const byCode = (code: string): SearchQuery => queryOf({ kind: 'token', parameter: 'code', anyOf: [{ code }] });

  /** Ids of what has the code, found by the code itself, and the same by the date and the text that go with it. */
  const found = (search: Search, code: string): (string | undefined)[] => {
    const low = code.charCodeAt(0);
    const queries: SearchQuery[] = [
      byCode(code),
      queryOf({ kind: 'date', parameter: 'created', anyOf: [{ prefix: 'eq', low, high: low + 1 }] }),
      queryOf({ kind: 'string', parameter: 'name', anyOf: [{ match: 'starts', text: code }] }),
      queryOf({ kind: 'string', parameter: 'name', anyOf: [{ match: 'exact', text: code }] }),
    ];
    const [first, ...others] = queries.map(query => {
      const { rows, total } = search.find(query);
      expect(total).toBe(rows.length);
      return rows.map(({ seq }) => search.key(seq).id);
    });
    for (const other of others) expect(other).toEqual(first);
    return first!;
  };

  const folded = (): unknown => database.prepare('SELECT seq FROM folded').get()?.seq;
  /** Rows of terms that are folded in; the rows of dates and texts go with them. */
  const rows = (): unknown => {
    const [terms, dates, strings] = ['term', 'range_value', 'string_value'].map(table =>
      Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n),
    );
    expect([dates, strings]).toEqual([terms! / TERMS, terms! / TERMS]);
    return terms;
  };

  const open = (): void => {
    database = openConnection(file, { readOnly: false, durable: true });
    migrate(database);
    batches = new Batches(database, { ...bounds, foldRows: FOLD, fullTextTypes: [] });
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kiungo-fold-'));
    file = join(folder, 'store.db');
    readers = [];
    open();
    reader = openReader();
  });

  afterEach(() => {
    for (const connection of readers) connection.close();
    database.close();
    rmSync(folder, { recursive: true });
  });

  it('waits for enough rows, and what waits is found all the same', () => {
    commit(change('a', 'x'), change('b', 'x'), change('c', 'y'));
    expect([folded(), rows()]).toEqual([0, 0]);
    expect(found(reader, 'x')).toEqual(['a', 'b']);
    commit(change('d', 'x'), change('e', 'x'));
    expect([folded(), rows()]).toEqual([5, 5 * TERMS]);
    expect(found(reader, 'x')).toEqual(['a', 'b', 'd', 'e']);
    commit(change('f', 'x'));
    expect([folded(), rows()]).toEqual([5, 5 * TERMS]);
    expect(found(reader, 'x')).toEqual(['a', 'b', 'd', 'e', 'f']);
  });

  it('leaves out what was superseded before', () => {
    commit(change('a', 'x'), change('b', 'x'));
    expect(found(reader, 'x')).toEqual(['a', 'b']);
    commit(change('a', 'y', 2));
    expect([found(reader, 'x'), found(reader, 'y')]).toEqual([['b'], ['a']]);
    commit(change('c', 'x'), change('d', 'x'));
    expect([folded(), rows()]).toEqual([5, 4 * TERMS]);
    expect([found(reader, 'x'), found(reader, 'y')]).toEqual([['b', 'c', 'd'], ['a']]);
  });

  it('takes out what is superseded or deleted later', () => {
    commit(change('a', 'x'), change('b', 'x'), change('c', 'x'), change('d', 'x'));
    expect(rows()).toBe(4 * TERMS);
    const { text: _, ...deletion } = change('b', 'x', 2, { method: 'DELETE', index: [] });
    commit(change('a', 'y', 2), deletion);
    expect(rows()).toBe(2 * TERMS);
    expect([found(reader, 'x'), found(reader, 'y')]).toEqual([['c', 'd'], ['a']]);
  });

  it('does not wait for ever where there are versions without rows', () => {
    commit(change('a', 'x'));
    for (let versionId = 2; versionId < FOLD; versionId++) {
      commit(change('a', 'x', versionId, { method: 'DELETE', index: [] }));
      expect(folded()).toBe(0);
    }
    commit(change('a', 'x', FOLD, { method: 'DELETE', index: [] }));
    expect([folded(), rows()]).toEqual([FOLD, 0]);
    expect(found(reader, 'x')).toEqual([]);
  });

  it('finds each version of a resource once, however quickly they follow each other', () => {
    for (let versionId = 1; versionId <= 9; versionId++) {
      commit(change('a', 'x', versionId));
      if (versionId % 2 === 0) expect(found(reader, 'x')).toEqual(['a']);
    }
    commit(...[10, 11, 12].map(versionId => change('a', 'x', versionId)));
    expect(found(reader, 'x')).toEqual(['a']);
  });

  it('goes on after a restart where it was', () => {
    commit(change('a', 'x'), change('b', 'x'));
    commit(change('a', 'y', 2));
    database.close();
    open();
    expect([found(openReader(), 'x'), found(openReader(), 'y')]).toEqual([['b'], ['a']]);
    commit(change('c', 'x'));
    expect([folded(), rows()]).toEqual([4, 3 * TERMS]);
    expect([found(reader, 'x'), found(reader, 'y')]).toEqual([['b', 'c'], ['a']]);
  });

  it('forgets what was rolled back, in the index of the writer too', () => {
    commit(change('a', 'x'));
    const ifNoneExist = byCode('z');
    const broken = change('z', 'z', 1, { lastUpdated: Number.NaN });
    expect(commit(change('b', 'z', 1, { ifNoneExist }), change('c', 'x', 1, { ifNoneExist }), broken)).toEqual([
      { outcome: 'committed' },
      { outcome: 'exists', key: { resourceType: 'Basic', id: 'b' } },
      expect.any(Error),
    ]);
    commit(change('d', 'x'), change('e', 'x'));
    expect([folded(), rows()]).toEqual([4, 4 * TERMS]);
    expect([found(reader, 'x'), found(reader, 'z')]).toEqual([['a', 'd', 'e'], ['b']]);
  });
});
