import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';

const ROUNDS = 5;
const writer = fileURLToPath(new URL('./store-crash-writer.ts', import.meta.url));

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiungo-crash-'));
  file = join(folder, 'store.db');
});

afterAll(() => rm(folder, { recursive: true }));

/** Lets writers write until they have been answered so many times, kills them, and tells what was answered. */
async function writeAndKill(prefix: string, answers: number): Promise<string[]> {
  const child = spawn(process.execPath, [writer, file, prefix], { stdio: ['ignore', 'pipe', 'inherit'] });
  const acknowledged: string[] = [];
  const lines = createInterface(child.stdout);
  lines.on('line', line => {
    acknowledged.push(line);
    if (acknowledged.length === answers) child.kill('SIGKILL');
  });
  const signal = await new Promise(resolve => child.once('exit', (_, by) => resolve(by)));
  expect(signal).toBe('SIGKILL');
  await new Promise<void>(resolve => (child.stdout.readableEnded ? resolve() : lines.once('close', resolve)));
  return acknowledged;
}

it('loses nothing that was acknowledged and keeps no half unit, however often it is killed', {
  timeout: 120_000,
}, async () => {
  const acknowledged: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    acknowledged.push(...(await writeAndKill(`r${round}`, 1 + Math.floor(Math.random() * 3000))));
    const store = await openStore(`sqlite:${file}`);
    const changes = await store.changes(0, 1_000_000);
    const idsOf = (type: string): string[] =>
      changes.filter(({ resourceType }) => resourceType === type).map(({ id }) => id);
    const claims = new Set(idsOf('Claim'));
    expect(new Set(idsOf('ClaimResponse'))).toEqual(claims);
    expect(changes).toHaveLength(claims.size * 2);
    expect(acknowledged.filter(id => !claims.has(id))).toEqual([]);
    const sample = acknowledged.at(-1)!;
    const identifier = {
      kind: 'token',
      parameter: 'identifier',
      anyOf: [{ system: 'urn:test', code: sample }],
    } as const;
    const found = await store.search({ resourceType: 'Claim', where: [identifier], sort: [], count: 2, total: 'none' });
    expect(found.versions.map(({ id }) => id)).toEqual([sample]);
    const all = await store.search({ resourceType: 'Claim', where: [], sort: [], count: 0, total: 'accurate' });
    expect(all.total).toBe(claims.size);
    await store.close();
  }
});
