import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openStore } from './open-store.ts';
import type { Change, Store } from './store.ts';

const basic = (id: string, rest: Partial<Change> = {}): Change => ({
  resourceType: 'Basic',
  id,
  versionId: 1,
  lastUpdated: 1,
  method: 'POST',
  text: `{"resourceType":"Basic","id":"${id}"}`,
  index: [],
  ...rest,
});

describe('opening a store', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kiungo-open-'));
    file = join(folder, 'deep', 'er', 'store.db');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('makes the folder', async () => {
    const store = await openStore(`sqlite:${file}`);
    expect(existsSync(file)).toBe(true);
    await store.close();
  });

  it('leaves everything in the one file when it is closed, so that a copy of it is whole', async () => {
    const store = await openStore(`sqlite:${file}`);
    await store.commit({ changes: [basic('kept')] });
    await store.close();
    const copy = join(folder, 'copy.db');
    copyFileSync(file, copy);
    const copied = await openStore(`sqlite:${copy}`);
    expect(await copied.read({ resourceType: 'Basic', id: 'kept' })).toMatchObject({ versionId: 1 });
    await copied.close();
  });

  it.each(['', 'sqlite', 'sqlite:', 'postgres://host/base', 'data/kiungo.db'])('refuses "%s"', async url => {
    await expect(openStore(url)).rejects.toThrow(`"${url}" names no store. Use sqlite:PATH`);
  });

  it('refuses a file that another store holds, and takes it once that one is closed', async () => {
    const store = await openStore(`sqlite:${file}`);
    await expect(openStore(`sqlite:${file}`)).rejects.toThrow(/is in use by another process/);
    await store.close();
    await (await openStore(`sqlite:${file}`)).close();
  });

  it('refuses a file that another process holds, and takes it once that one was killed', async () => {
    const holder = await hold(file);
    await expect(openStore(`sqlite:${file}`)).rejects.toThrow(/is in use by another process/);
    const ended = new Promise(resolve => holder.once('exit', resolve));
    holder.kill('SIGKILL');
    await ended;
    await (await openStore(`sqlite:${file}`)).close();
  });

  it('refuses a database of a later release', async () => {
    await (await openStore(`sqlite:${file}`)).close();
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 999');
    database.close();
    await expect(openStore(`sqlite:${file}`)).rejects.toThrow(/was written by a later release \(schema 999/);
  });

  it('has the history of each type of a database that was written before there was any', async () => {
    const store = await openStore(`sqlite:${file}`);
    for (let i = 0; i < 200; i++) await store.commit({ changes: [basic(`i${i}`)] });
    await store.commit({ changes: [basic('l', { resourceType: 'List' })] });
    await store.close();
    const database = new DatabaseSync(file);
    database.exec(
      'DROP TABLE type_block; DROP TABLE once; DROP TABLE index_state; DROP TABLE full_text; DROP TABLE range_block; DROP TABLE audit; DROP TABLE audit_key; DROP TABLE audit_folded; PRAGMA user_version = 1',
    );
    database.close();
    const again = await openStore(`sqlite:${file}`);
    const count = async (type: string): Promise<number> =>
      (await again.history({ of: { resourceTypes: [type] }, count: 1000 })).versions.length;
    expect([await count('Basic'), await count('List')]).toEqual([200, 1]);
    await again.close();
  });

  it('refuses a database that was written before the first release', async () => {
    await (await openStore(`sqlite:${file}`)).close();
    const database = new DatabaseSync(file);
    database.exec('DROP TABLE shape');
    database.close();
    await expect(openStore(`sqlite:${file}`)).rejects.toThrow(
      /was written before the first release\. Name another file/,
    );
  });

  it('refuses a database of another program, and leaves it as it is', async () => {
    file = join(folder, 'other.db');
    const database = new DatabaseSync(file);
    database.exec('CREATE TABLE theirs (x)');
    database.close();
    await expect(openStore(`sqlite:${file}`)).rejects.toThrow(/is a database of another program/);
    const again = new DatabaseSync(file, { readOnly: true });
    expect(again.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'theirs' }]);
    expect(again.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'delete' });
    again.close();
  });

  it('refuses a file that is no database', async () => {
    file = join(folder, 'text.db');
    writeFileSync(file, 'This is not a database. '.repeat(1000));
    await expect(openStore(`sqlite:${file}`)).rejects.toThrow(/is damaged or not a database/);
  });

  it('names the file that cannot be made', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(openStore(`sqlite:${join(folder, 'file', 'store.db')}`)).rejects.toThrow(join(folder, 'file'));
    await expect(openStore(`sqlite:${folder}`)).rejects.toThrow(folder);
  });

  it('keeps a memory store in a temporary file that goes with it', async () => {
    vi.stubEnv('TMPDIR', folder);
    const store = await openStore('sqlite::memory:');
    expect(readdirSync(folder)).toHaveLength(1);
    await store.commit({ changes: [basic('a')] });
    await store.close();
    expect(readdirSync(folder)).toEqual([]);
    vi.unstubAllEnvs();
  });
});

describe('a store with settings', () => {
  let store: Store;
  /** A search that looks at every resource. */
  const ifNoneExist = {
    resourceType: 'Basic',
    where: [{ kind: 'date' as const, parameter: 'none', anyOf: [{ prefix: 'ne' as const, low: 0, high: 1 }] }],
    sort: [],
    count: 2,
    total: 'none' as const,
  };

  afterEach(() => store.close());

  it('stops a search at its deadline', async () => {
    store = await openStore('sqlite::memory:', { searchLimit: -1 });
    await store.commit({ changes: Array.from({ length: 600 }, (_, i) => basic(`i${i}`)) });
    const query = { resourceType: 'Basic', where: [], sort: [], count: 1000, total: 'none' as const };
    await expect(store.search(query)).rejects.toMatchObject({ name: 'StoreError', kind: 'timeout' });
    expect((await store.read({ resourceType: 'Basic', id: 'i1' }))?.versionId).toBe(1);
  });

  it('refuses a unit whose If-None-Exist takes too long, and commits its neighbours', async () => {
    store = await openStore('sqlite::memory:', { searchLimit: -1 });
    await store.commit({ changes: Array.from({ length: 600 }, (_, i) => basic(`i${i}`)) });
    const results = await Promise.allSettled([
      store.commit({ changes: [basic('a')] }),
      store.commit({ changes: [basic('b', { ifNoneExist })] }),
      store.commit({ changes: [basic('c')] }),
    ]);
    expect(results.map(result => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { name: 'StoreError', kind: 'timeout' } });
  });

  it('has what was committed after a rollback in the history of its type', async () => {
    store = await openStore('sqlite::memory:', { searchLimit: -1 });
    await store.commit({ changes: Array.from({ length: 600 }, (_, i) => basic(`i${i}`)) });
    const results = await Promise.allSettled([
      store.commit({ changes: [basic('a', { resourceType: 'List' })] }),
      store.commit({ changes: [basic('b', { ifNoneExist })] }),
      store.commit({ changes: [basic('c', { resourceType: 'List' })] }),
    ]);
    expect(results.map(result => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const { versions } = await store.history({ of: { resourceTypes: ['List'] }, count: 10 });
    expect(versions.map(({ id }) => id)).toEqual(['c', 'a']);
  });

  it('keeps a quarter of what it may cache as texts', async () => {
    store = await openStore('sqlite::memory:', { cacheBytes: 80_000 });
    await store.commit({ changes: Array.from({ length: 100 }, (_, i) => basic(`i${i}`, { text: 'x'.repeat(1000) })) });
    // What is read once is not kept.
    for (let i = 0; i < 100; i++) await store.read({ resourceType: 'Basic', id: `i${i}` });
    expect(store.statistics().cacheBytes).toBe(0);
    for (let i = 0; i < 100; i++) await store.read({ resourceType: 'Basic', id: `i${i}` });
    expect(store.statistics().cacheBytes).toBeLessThanOrEqual(20_000);
    expect(store.statistics().cacheBytes).toBeGreaterThan(10_000);
    await store.read({ resourceType: 'Basic', id: 'i99' });
    await store.read({ resourceType: 'Basic', id: 'i0' });
    expect(store.statistics()).toMatchObject({ cacheHits: 1, cacheMisses: 201 });
  });

  it('keeps bodies deflated, and reads them as they were written', async () => {
    const text = JSON.stringify(Array.from({ length: 30_000 }, (_, i) => `note ${i % 7}`));
    store = await openStore('sqlite::memory:');
    const { logBytes: before = 0 } = store.statistics();
    await store.commit({ changes: [basic('a', { text })] });
    expect((await store.read({ resourceType: 'Basic', id: 'a' }))?.body).toBe(text);
    expect(store.statistics().logBytes).toBeLessThan(before + text.length / 2);
  });
});

/** A process that opens the store and keeps it. */
function hold(file: string): Promise<ChildProcess> {
  const module = JSON.stringify(fileURLToPath(new URL('./open-store.ts', import.meta.url)));
  const script = `import(${module}).then(async ({ openStore }) => {
    const store = await openStore(${JSON.stringify(`sqlite:${file}`)});
    process.stdout.write('open');
    process.stdin.on('data', () => store.close());
  });`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.stdout.once('data', () => resolve(child));
    child.once('exit', code => reject(new Error(`The holder ended with ${code}`)));
  });
}
