import { randomUUID } from 'node:crypto';
import { afterEach, expect, inject, it } from 'vitest';
import { openConnections } from '../e2e/connections.ts';
import { claimText, loadDemoScheme, readAll } from '../e2e/demo-claims.ts';
import { killServers, startServer } from '../e2e/server-process.ts';

const { url: mongodb, explainsIndexes: isFast } = inject('mongodb')!;

const CLIENTS = 64;
const CLAIMS = isFast ? 500 : 30;
/** How often each claim is sent. */
const TIMES = isFast ? 16 : 3;

const LIMIT_MS = 120_000;

afterEach(killServers);

const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map(item => ({ item, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);

it('64 clients that send the same claims to two servers leave each once, although one server is killed midway', async () => {
  const settings = {
    KIUNGO_STORE: `${mongodb}/two-${randomUUID().slice(0, 8)}`,
    KIUNGO_CLAIM_MODE: 'forward',
    KIUNGO_REQUEST_TIMEOUT_MS: String(LIMIT_MS),
  };
  const first = await startServer(settings, LIMIT_MS);
  const second = await startServer(settings, LIMIT_MS);
  const connections = openConnections(CLIENTS, LIMIT_MS);
  await loadDemoScheme(first.url, connections);
  const claims = Array.from({ length: CLAIMS }, (_, index) => claimText(`TWICE-${index}`));
  const answers = claims.map(() => ({ ids: new Set<string>(), created: 0 }));
  const queue = shuffled(Array.from({ length: CLAIMS * TIMES }, (_, i) => i % CLAIMS));
  const half = queue.length / 2;
  let killed: Promise<void> | undefined;

  const client = async (number: number): Promise<void> => {
    for (let index = queue.pop(); index !== undefined; index = queue.pop()) {
      if (queue.length < half) killed ??= first.kill();
      for (;;) {
        const { url } = killed === undefined && number % 2 === 0 ? first : second;
        const answer = await connections.send('POST', `${url}/Claim`, claims[index]).catch(() => undefined);
        // It may have been stored before the server died: it is sent again.
        if (answer === undefined) {
          if (url === second.url) throw new Error('The server that lives has not answered.');
          await killed;
          continue;
        }
        expect([200, 201], answer.text).toContain(answer.status);
        if (answer.status === 201) answers[index]!.created++;
        answers[index]!.ids.add((JSON.parse(answer.text) as { id: string }).id);
        break;
      }
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)));
  await killed;

  const expected = answers.flatMap(({ ids, created }) => {
    expect(ids.size).toBe(1);
    expect(created).toBeLessThanOrEqual(1);
    return [...ids];
  });
  expect(answers.filter(({ created }) => created === 1).length).toBeGreaterThan(0);
  const idsOf = async (type: string): Promise<unknown[]> =>
    (await readAll(second.url, type, connections)).map(({ id }) => id).sort();
  expect(await idsOf('Claim')).toEqual(expected.sort());
  expect(await idsOf('ClaimResponse')).toEqual(expected);
  connections.close();
});
