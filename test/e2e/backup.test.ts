import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runBackup } from '../../scripts/backup/run-backup.ts';
import { runRestore } from '../../scripts/backup/run-restore.ts';
import { openStore } from '../../src/store/open-store.ts';
import { patient } from '../http/resources.ts';
import { killServers, type ServerProcess, startServer } from './server-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'kiungo-backup-'));
const at = (name: string): string => join(folder, name);
const store = (name: string) => ({ KIUNGO_STORE: `sqlite:${at(name)}` });
const KEY = ['--key-file', at('key')];
const said: string[] = [];
const backup = (...args: string[]) => runBackup(args, store('live.db'), text => said.push(text));
const restore = (name: string, ...args: string[]) => runRestore(args, store(name), text => said.push(text));

let server: ServerProcess;
const create = async (number: number): Promise<string> => {
  const body = JSON.stringify(patient(`B-${number}`));
  const headers = { 'content-type': 'application/fhir+json' };
  const answer = await fetch(`${server.url}/Patient`, { method: 'POST', headers, body });
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { id: string }).id;
};

beforeAll(async () => {
  writeFileSync(at('key'), randomBytes(32).toString('base64'));
  writeFileSync(at('other-key'), randomBytes(32).toString('hex'));
  server = await startServer(store('live.db'));
});
afterAll(async () => {
  await killServers();
  rmSync(folder, { recursive: true });
});

describe('the drill', () => {
  test('a backup that is made while others write, restored elsewhere, has all that was acknowledged before it began', async () => {
    const before = await Promise.all(Array.from({ length: 50 }, (_, number) => create(number)));
    let isDone = false;
    const writing = (async () => {
      for (let number = 1000; !isDone; number++) await create(number);
    })();
    await backup(at('one.backup'), ...KEY);
    isDone = true;
    await writing;
    expect(said.at(-1)).toMatch(/encrypted, read through and whole\.$/);
    await restore('restored.db', at('one.backup'), ...KEY);
    const restored = await startServer(store('restored.db'));
    for (const id of before) expect((await fetch(`${restored.url}/Patient/${id}`)).status).toBe(200);
    const later = await fetch(`${restored.url}/Patient`, {
      method: 'POST',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify(patient('B-later')),
    });
    expect(later.status).toBe(201);
  });

  test('an encrypted backup tells nothing of what is in it, and without a key one can be made, too', async () => {
    expect(readFileSync(at('one.backup')).includes('SQLite format 3')).toBe(false);
    await backup(at('plain.backup'));
    expect(said.at(-1)).toContain('not encrypted');
    await restore('any.db', at('plain.backup'), '--check');
    expect(said.at(-1)).toContain('is whole');
  });
});

describe('going back to a moment', () => {
  test('gives the store as it was then, and the audit trail tells so', async () => {
    const id = await create(2000);
    const then = (await (await fetch(`${server.url}/Patient/${id}`)).json()) as { meta: { lastUpdated: string } };
    await fetch(`${server.url}/Patient/${id}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify({ ...then, gender: 'male' }),
    });
    const later = await create(2001);
    await backup(at('late.backup'), ...KEY);
    const args = [at('late.backup'), ...KEY, '--until', then.meta.lastUpdated];
    await runRestore(args, { ...store('then.db'), KIUNGO_AUDIT: 'on' }, text => said.push(text));
    expect(said.at(-1)).toContain(`as it was at ${then.meta.lastUpdated}: 2 later versions were undone`);
    const restored = await openStore(`sqlite:${at('then.db')}`);
    const read = (id: string) => restored.read({ resourceType: 'Patient', id });
    expect(JSON.parse((await read(id))!.body)).toEqual(then);
    expect(await read(later)).toBeUndefined();
    const [row] = await restored.auditRows({ count: 1, newestFirst: true });
    expect(row!.text).toContain('2 versions undone');
    await restored.close();
  });
});

describe('is refused with what to do', () => {
  test('where something would be overwritten', async () => {
    await expect(backup(at('one.backup'))).rejects.toThrow('overwrites nothing');
    await expect(restore('live.db', at('plain.backup'))).rejects.toThrow('Move it away');
  });

  test('where the key is missing, another or none', async () => {
    await expect(restore('new.db', at('one.backup'))).rejects.toThrow('--key-file');
    await expect(restore('new.db', at('one.backup'), '--key-file', at('other-key'))).rejects.toThrow('another key');
    writeFileSync(at('no-key'), 'secret');
    await expect(backup(at('two.backup'), '--key-file', at('no-key'))).rejects.toThrow('32 bytes');
  });

  test('where the backup was changed, is cut off or is no backup', async () => {
    const bytes = readFileSync(at('one.backup'));
    const changed = Buffer.from(bytes);
    changed[5000]! ^= 1;
    writeFileSync(at('changed'), changed);
    writeFileSync(at('cut'), bytes.subarray(0, bytes.length / 2));
    writeFileSync(at('other'), 'no backup of anything, but long enough to be read as one');
    for (const name of ['changed', 'cut'])
      await expect(restore('new.db', at(name), ...KEY)).rejects.toThrow('changed or cut off');
    await expect(restore('new.db', at('other'))).rejects.toThrow(/cannot be read as a store|no store/);
    const plain = readFileSync(at('plain.backup'));
    plain.fill(0xff, 4096, 4096 + 2048);
    writeFileSync(at('damaged'), plain);
    await expect(restore('new.db', at('damaged'))).rejects.toThrow(/damaged|cannot be read/);
  });

  test('where the moment is none, or before all that was stored', async () => {
    const until = (text: string) => restore('new.db', at('plain.backup'), '--until', text);
    for (const text of ['yesterday', '2026-11-24T10:00:00', '2026-13-24T10:00:00Z'])
      await expect(until(text)).rejects.toThrow('must be a moment with its zone');
    await expect(until('2020-01-01T00:00:00Z')).rejects.toThrow('Nothing was stored yet');
    expect(readdirSync(folder).filter(name => name.startsWith('new.db'))).toEqual([]);
  });

  test('where nothing is named, or the store is no file', async () => {
    await expect(backup()).rejects.toThrow('Say where to');
    await expect(restore('new.db')).rejects.toThrow('Say what from');
    await expect(runBackup([at('three.backup')], { KIUNGO_STORE: 'sqlite::memory:' }, () => {})).rejects.toThrow(
      'names no file',
    );
  });
});
