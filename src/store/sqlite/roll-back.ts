import type { DatabaseSync } from 'node:sqlite';
import type { AuditRow } from '../store.ts';
import { alone } from './alone.ts';
import { AuditRows } from './audit-rows.ts';
import { openConnection } from './connection.ts';
import { IndexFold } from './index-fold.ts';
import { migrate, verify } from './migrations.ts';
import { indexedOf } from './recent-versions.ts';
import { readSetting } from './setting.ts';
import { type Column, Statements } from './statements.ts';
import { termsOf } from './terms.ts';
import { WordRows } from './word-rows.ts';

/** Versions are in the order of their times. */
const FIRST = 'SELECT min(seq) FROM version WHERE updated > ?';

const GOING = 'SELECT seq, terms, identities FROM version WHERE seq >= ?';

/** Resources that have a version that goes. */
const CHANGED = 'SELECT DISTINCT type, id FROM version WHERE seq >= ?';

/** The last version of a resource that stays. */
const STAYING = `SELECT v.version_id, v.seq, v.method = 'DELETE', v.identities FROM superseded s JOIN version v ON v.seq = s.seq
  WHERE s.type = ? AND s.id = ? AND s.seq < ? ORDER BY s.version_id DESC LIMIT 1`;

const identitiesIn = (text: unknown): string[] => (text === null ? [] : JSON.parse(text as string));

const NO_TERMS = new Int32Array(0);

const indexOf = (statements: Statements): IndexFold =>
  new IndexFold(statements, new WordRows(statements, []), Number.POSITIVE_INFINITY);

/** What is remembered of the index of a type, with all of its resources to be indexed anew, and their words not indexed before that. */
const indexedAnew = (state: string): string => {
  const { built, work } = JSON.parse(state) as {
    built: Record<string, string>;
    work?: { wanted: Record<string, string> };
  };
  const { _content: _words, ...searchable } = built;
  return JSON.stringify({ built: searchable, work: { wanted: work?.wanted ?? built, done: 0 } });
};

/** Takes what versions from one on are found under out of the index. */
const unindex = (statements: Statements, first: number): void => {
  const index = indexOf(statements);
  const free = statements.prepare('DELETE FROM identity WHERE identity = ?');
  for (const [seq, terms, identities] of statements.each(GOING, [first])) {
    index.remove(termsOf(terms as Uint8Array), seq as number);
    for (const identity of identitiesIn(identities)) free.run(identity);
  }
};

/** Makes the last version that stays of each of some resources the current one. @returns the numbers of those that are not deleted */
const makeCurrent = (statements: Statements, resources: readonly Column[][], first: number): number[] => {
  const living: number[] = [];
  const take = statements.prepare('INSERT INTO identity (identity, type, id) VALUES (?, ?, ?)');
  for (const [type, id] of resources as [string, string][]) {
    const staying = statements.get(STAYING, [type, id, first]);
    if (staying === undefined) {
      statements.prepare('DELETE FROM resource WHERE type = ? AND id = ?').run(type, id);
      continue;
    }
    const [versionId, seq, isDeleted, identities] = staying;
    statements
      .prepare('UPDATE resource SET version_id = ?, seq = ?, deleted = ? WHERE type = ? AND id = ?')
      .run(versionId!, seq!, isDeleted!, type, id);
    statements
      .prepare('DELETE FROM superseded WHERE type = ? AND id = ? AND version_id >= ?')
      .run(type, id, versionId!);
    for (const identity of identitiesIn(identities)) take.run(identity, type, id);
    if (isDeleted === 0) living.push(seq as number);
  }
  return living;
};

const takeBack = (database: DatabaseSync, until: number, rowOf: (versions: number) => AuditRow | undefined): number => {
  const statements = new Statements(database, undefined);
  const [first] = statements.get(FIRST, [until]) as [number | null];
  if (first === null) return 0;
  if (statements.get('SELECT 1 FROM version WHERE seq < ?', [first]) === undefined) throw new NothingStored();
  const resources = statements.all(CHANGED, [first]);
  unindex(statements, first);
  const living = makeCurrent(statements, resources, first);
  statements.prepare('DELETE FROM superseded WHERE seq >= ?').run(first);
  const count = Number(statements.prepare('DELETE FROM version WHERE seq >= ?').run(first).changes);
  // Numbers are given again: what comes after this one is not in the index.
  statements.prepare('UPDATE folded SET seq = min(seq, ?)').run(first - 1);
  const [folded] = statements.get('SELECT seq FROM folded', []) as [number];
  const index = indexOf(statements);
  for (const seq of living) if (seq <= folded) index.replace(seq, NO_TERMS, indexedOf(statements, seq));
  database.exec("INSERT INTO full_text (full_text) VALUES ('delete-all')");
  for (const [type, state] of statements.all('SELECT type, state FROM index_state', []) as [string, string][]) {
    statements.prepare('UPDATE index_state SET state = ? WHERE type = ?').run(indexedAnew(state), type);
  }
  const row = rowOf(count);
  if (row !== undefined) {
    const keys = readSetting(database, 'signing-key');
    new AuditRows(statements, keys).add(row);
  }
  return count;
};

/** Nothing was stored yet at the moment that is asked for. */
export class NothingStored extends Error {
  override name = 'NothingStored';
}

/**
 * Makes a database that nobody has open what it was at a moment: versions that were written later go, and those before them are current again.
 * What was erased since stays so; so does the audit trail, for what was done was done. Words and what was indexed by parameters that came later are
 * indexed by the next start, in the background.
 * @param until milliseconds since 1970 UTC
 * @param rowOf tells what is added to the audit trail, by the number of versions that went
 * @returns the versions that went
 * @throws {NothingStored} where nothing would be left
 */
export const rollBack = (file: string, until: number, rowOf: (versions: number) => AuditRow | undefined): number => {
  const database = openConnection(file, { readOnly: false, durable: true });
  try {
    verify(database, file);
    migrate(database);
    return alone(database, () => takeBack(database, until, rowOf));
  } finally {
    database.close();
  }
};
