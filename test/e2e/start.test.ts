import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { failToStart, killServers, startServer } from './server-process.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiungo-start-'));
});

afterEach(async () => {
  await killServers();
  await rm(folder, { recursive: true });
});

/** Far above what the bench measures: only a fault of another kind shall fail here. */
const READY_WITHIN_MS = 5_000;
const MOST_RESIDENT_BYTES = 300 * 1024 * 1024;

test('the server is ready in time, small, and answers every probe', async () => {
  const started = performance.now();
  const { url, complaint } = await startServer({ KIUNGO_STORE: `sqlite:${join(folder, 'deep', 'store.db')}` });
  expect(performance.now() - started).toBeLessThan(READY_WITHIN_MS);
  const { origin } = new URL(url);
  for (const path of ['/health', '/ready', '/fhir/metadata']) {
    expect((await fetch(origin + path)).status, path).toBe(200);
  }
  const metrics = await (await fetch(`${origin}/metrics`)).text();
  const resident = Number(/^process_resident_memory_bytes (\S+)$/m.exec(metrics)?.[1]);
  expect(resident).toBeGreaterThan(0);
  expect(resident).toBeLessThan(MOST_RESIDENT_BYTES);
  expect(complaint()).toBe('');
});

describe('a server whose store cannot be opened says why and ends', () => {
  const file = (): string => join(folder, 'store.db');

  const expectRefusal = async (store: string, reason: RegExp): Promise<void> => {
    const { code, text } = await failToStart({ KIUNGO_STORE: `sqlite:${store}` });
    expect(text).toMatch(/^Kiungo cannot start: /);
    expect(text).toMatch(reason);
    expect(text).toContain(store);
    expect(text.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(1);
  };

  test('when the folder cannot be made', async () => {
    await writeFile(join(folder, 'file'), '');
    await expectRefusal(join(folder, 'file', 'store.db'), /its folder cannot be made/);
  });

  test('when the path is a folder', async () => {
    await expectRefusal(folder, /cannot be opened/);
  });

  test('when the file is no database', async () => {
    await writeFile(file(), 'Family,Given,Number\n'.repeat(1000));
    await expectRefusal(file(), /damaged or not a database/);
  });

  test('when the database is of another program', async () => {
    const database = new DatabaseSync(file());
    database.exec('CREATE TABLE theirs (x)');
    database.close();
    await expectRefusal(file(), /database of another program/);
  });

  test('when a later release has written it, and when another server uses it', async () => {
    const server = await startServer({ KIUNGO_STORE: `sqlite:${file()}` });
    await expectRefusal(file(), /in use by another process/);
    expect((await fetch(new URL('/ready', server.url))).status).toBe(200);
    expect(await server.stop()).toBe(0);
    const database = new DatabaseSync(file());
    database.exec('PRAGMA user_version = 999');
    database.close();
    await expectRefusal(file(), /written by a later release/);
  });
});
