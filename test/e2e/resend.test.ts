import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { isOnMongodb, limitOf, storeUrl } from '../store-url.ts';
import { openConnections } from './connections.ts';
import { claimText, loadDemoScheme, readAll } from './demo-claims.ts';
import { killServers, startServer } from './server-process.ts';

const CLIENTS = 64;
const CLAIMS = isOnMongodb ? 8 : 500;
/** Clients that send the same claims in the same order at the same time. */
const GROUP = 8;
/** One request in so many is broken off and sent again. */
const BROKEN = 20;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiungo-resend-'));
});

afterEach(killServers);
afterAll(() => rm(folder, { recursive: true }));

const shuffled = (numbers: readonly number[]): number[] =>
  numbers
    .map(number => ({ number, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ number }) => number);

test('64 clients that resend the same claims leave each once, each with its answer', {
  timeout: limitOf(180_000),
}, async () => {
  const { url } = await startServer({
    KIUNGO_STORE: storeUrl(folder),
    KIUNGO_CLAIM_MODE: 'forward',
  });
  const connections = openConnections(CLIENTS);
  await loadDemoScheme(url, connections);
  const claims = Array.from({ length: CLAIMS }, (_, index) => claimText(`RESENT-${index}`));
  const answers = claims.map(() => ({ ids: new Set<string>(), created: 0, repeated: 0, broken: 0 }));

  const client = async (order: readonly number[]): Promise<void> => {
    for (const index of order) {
      const answer = answers[index]!;
      if (Math.random() < 1 / BROKEN) {
        const isHalf = Math.random() < 0.5;
        // A body that was cut off cannot have been stored; one that was sent whole can.
        if (!isHalf) answer.broken++;
        await connections.sendAndBreak(
          'POST',
          `${url}/Claim`,
          claims[index]!,
          isHalf ? 'in the body' : 'after the body',
        );
      }
      const { status, text } = await connections.send('POST', `${url}/Claim`, claims[index]);
      if (status === 201) answer.created++;
      else if (status === 200) answer.repeated++;
      else throw new Error(`${status} ${text}`);
      answer.ids.add((JSON.parse(text) as { id: string }).id);
    }
  };
  const groups = Array.from({ length: CLIENTS / GROUP }, () => shuffled([...claims.keys()]));
  await Promise.all(groups.flatMap(order => Array.from({ length: GROUP }, () => client(order))));

  for (const { ids, created, repeated, broken } of answers) {
    expect(ids.size).toBe(1);
    expect(created + repeated).toBe(CLIENTS);
    expect(created).toBeLessThanOrEqual(1);
    if (broken === 0) expect(created).toBe(1);
  }
  expect(answers.some(({ broken }) => broken > 0)).toBe(true);
  const idsOf = async (type: string): Promise<unknown[]> =>
    (await readAll(url, type, connections)).map(({ id }) => id).sort();
  const expected = answers.flatMap(({ ids }) => [...ids]).sort();
  expect(expected).toHaveLength(CLAIMS);
  expect(await idsOf('Claim')).toEqual(expected);
  expect(await idsOf('ClaimResponse')).toEqual(expected);
  connections.close();
});
