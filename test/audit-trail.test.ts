import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runAuditCommand } from '../scripts/audit/run-audit-command.ts';
import { type AuditFacts, readAuditRow } from '../src/audit/audit-facts.ts';
import { AuditTrail, type TrailOptions } from '../src/audit/audit-trail.ts';
import { openStore } from '../src/store/open-store.ts';
import type { Store } from '../src/store/store.ts';

let folder: string;
const made: string[] = [];
const DAY = 24 * 60 * 60 * 1000;

let untouched: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiungo-audit-'));
  untouched = await fill();
});
afterAll(() => rm(folder, { recursive: true }));

const newFile = (): string => {
  made.push('');
  return join(folder, `${made.length}.db`);
};
const open = (store: TrailOptions['store'], days = 0, now = Date.now): Promise<AuditTrail> =>
  AuditTrail.open({ store, now, days, tell: () => {} });
const partOf = (store: Store): TrailOptions['store'] => ({
  isShared: false,
  commit: unit => store.commit(unit),
  auditRows: query => store.auditRows(query),
  auditChain: (after, limit) => store.auditChain(after, limit),
});
const read = (patient: string): AuditFacts => ({
  ...{ at: Date.now(), deed: 'read', outcome: 0, by: { clientId: 'clinic' } },
  of: `Patient/${patient}`,
  patients: [patient],
});
const deeds = async (store: Store): Promise<string[]> =>
  (await store.auditRows({ count: 1000 })).map(row => readAuditRow(row).deed);

/** A store whose trail has ten reads, closed in order. */
const fill = async (): Promise<string> => {
  const file = newFile();
  const store = await openStore(`sqlite:${file}`);
  const trail = await open(store);
  for (let i = 0; i < 10; i++) trail.gather(read(`p-${i}`));
  await trail.close();
  await store.close();
  return file;
};

const filled = async (): Promise<string> => {
  const file = newFile();
  await copyFile(untouched, file);
  return file;
};

const verify = async (file: string, ...args: string[]): Promise<string[]> => {
  const printed: string[] = [];
  await runAuditCommand(['verify', ...args], { KIUNGO_STORE: `sqlite:${file}` }, text => printed.push(text));
  return printed;
};

const tamper = (file: string, sql: string): void => {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
};

test('a trail that nobody touched is told as such, with its last row to be noted', async () => {
  const file = await filled();
  const [count, last] = await verify(file);
  expect(count).toBe('12 rows, all as they were written.');
  const noted = last!.replace('The last row: ', '');
  expect(await verify(file, '--noted', noted)).toEqual([count, last]);
  tamper(file, 'DELETE FROM audit WHERE seq > 9');
  expect((await verify(file))[0]).toBe('9 rows, all as they were written.');
  await expect(verify(file, '--noted', noted)).rejects.toThrow('row 10 is not as it was written');
});

test.each([
  ['a byte that is changed', "UPDATE audit SET keys = replace(keys, 'p-4', 'p-5') WHERE seq = 6", 6],
  ['a time that is changed', 'UPDATE audit SET at = at + 1 WHERE seq = 3', 3],
  ['a row that is taken out', 'DELETE FROM audit WHERE seq = 5', 6],
  ['a hash that is changed', "UPDATE audit SET hash = x'00' WHERE seq = 12", 12],
  ['a begin that is cut off', "DELETE FROM audit WHERE seq < 4; UPDATE audit SET keys = '' WHERE seq = 4", 4],
])('%s is found', async (_what, sql, row) => {
  const file = await filled();
  tamper(file, sql);
  await expect(verify(file)).rejects.toThrow(`row ${row} is not as it was written`);
});

test('a start after a crash is told of, and one after an orderly stop is not', async () => {
  const store = await openStore('sqlite::memory:');
  const trail = await open(store);
  trail.gather(read('p'));
  await trail.flush();
  const next = await open(store);
  await next.close();
  const last = await open(store);
  expect(await deeds(store)).toEqual(['start', 'read', 'interrupted', 'start', 'stop', 'start']);
  await last.close();
  await trail.close();
  await store.close();
});

test('a start beside another process on the same store is told of as a start, by its process', async () => {
  const store = await openStore('sqlite::memory:');
  const shared = { ...partOf(store), isShared: true };
  const [one, two] = [await open(shared), await open(shared)];
  await one.close();
  await two.close();
  const rows = (await store.auditRows({ count: 10 })).map(readAuditRow);
  expect(rows.map(({ deed }) => deed)).toEqual(['start', 'start', 'stop', 'stop']);
  expect(rows[0]!.note).toMatch(/^Process [0-9a-f-]{36}$/);
  expect(rows.map(({ note }) => rows.findIndex(other => other.note === note))).toEqual([0, 1, 0, 1]);
  await store.close();
});

test('what the store does not take waits, and when too much waits nothing is done any more that is to be told of', async () => {
  const store = await openStore('sqlite::memory:');
  let isFull = false;
  const commit: Store['commit'] = unit => (isFull ? Promise.reject(new Error('disk full')) : store.commit(unit));
  const trail = await AuditTrail.open({
    ...{ now: Date.now, days: 0, tell: () => {} },
    store: { ...partOf(store), commit },
  });
  isFull = true;
  for (let i = 0; i < 20_000; i++) trail.gather(read('p'));
  await expect(trail.flush()).rejects.toThrow('cannot be written');
  expect(() => trail.requireRoom()).toThrow('cannot be written');
  isFull = false;
  await trail.flush();
  trail.requireRoom();
  const verdict = await store.auditChain(20_000, 10);
  expect(verdict.map(({ sequence }) => sequence)).toEqual([20_001]);
  await trail.close();
  await store.close();
});

test('events are kept for the days of the setting', async () => {
  const file = newFile();
  const store = await openStore(`sqlite:${file}`);
  const early = await open(store, 0, () => Date.now() - 10 * DAY);
  await early.close();
  const trail = await open(store, 7);
  expect(await deeds(store)).toEqual(['start', 'retention']);
  await trail.close();
  await store.close();
  expect((await verify(file))[0]).toBe('Rows up to 2 were forgotten, as KIUNGO_AUDIT_DAYS says.');
});
