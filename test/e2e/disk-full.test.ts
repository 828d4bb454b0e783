import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Answer, openConnections } from './connections.ts';
import { claimText, loadDemoScheme, readAll } from './demo-claims.ts';
import { failToStart, killServers, type ServerProcess, startServer } from './server-process.ts';

/** Bytes that the files of the store may still grow by. */
const ROOM = 2 * 1024 * 1024;
const MOST_CLAIMS = 2_000;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiungo-full-'));
});

afterEach(killServers);
afterAll(() => rm(folder, { recursive: true }));

/** Lets no file of the running server grow beyond a size (Linux): the system then refuses its writes, as a full disk does. */
const limitFiles = async ({ pid }: ServerProcess, bytes: number | 'unlimited'): Promise<void> => {
  await promisify(execFile)('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]);
};

const largestFile = async (): Promise<number> => {
  const files = await readdir(folder);
  return Math.max(...(await Promise.all(files.map(async file => (await stat(join(folder, file))).size))));
};

test.runIf(process.platform === 'linux')(
  'a store that can grow no more refuses writes, goes on reading, and writes again when there is room',
  {
    timeout: 60_000,
  },
  async () => {
    const settings = { KIUNGO_STORE: `sqlite:${join(folder, 'store.db')}` };
    let server = await startServer(settings);
    const connections = openConnections(8);
    const { send } = connections;
    await loadDemoScheme(server.url, connections);
    const stored: string[] = [];
    const post = async (code: string): Promise<Answer> => {
      const answer = await send('POST', `${server.url}/Claim`, claimText(code));
      if (answer.status === 201) stored.push(JSON.parse(answer.text).id);
      return answer;
    };
    const expectRefusal = ({ status, headers, text }: Answer): void => {
      expect(status, text).toBe(503);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      expect(JSON.parse(text)).toMatchObject({
        resourceType: 'OperationOutcome',
        issue: [{ severity: 'error', code: 'transient', diagnostics: expect.stringContaining('send it again later') }],
      });
    };

    await limitFiles(server, (await largestFile()) + ROOM);
    const beforeFull = await Promise.all(
      Array.from({ length: 8 }, async (_, client) => {
        for (let claim = 0; claim < MOST_CLAIMS; claim++) {
          const answer = await post(`${client}-${claim}`);
          if (answer.status !== 201) return answer;
        }
        throw new Error('The store was never full');
      }),
    );
    beforeFull.forEach(expectRefusal);
    expect(stored.length).toBeGreaterThan(0);

    await limitFiles(server, 0);
    expectRefusal(await post('while-full'));
    expectRefusal(
      await send(
        'PUT',
        `${server.url}/Patient/zuri-sadiki`,
        (await send('GET', `${server.url}/Patient/zuri-sadiki`)).text.replace('"Zuri"', '"Zuri Ada"'),
      ),
    );
    const origin = new URL(server.url).origin;
    expect((await send('GET', `${origin}/health`)).status).toBe(200);
    expect((await send('GET', `${origin}/ready`)).status).toBe(503);
    expect((await send('GET', `${server.url}/Claim/${stored[0]}`)).status).toBe(200);
    expect((await send('GET', `${server.url}/Claim?patient=Patient/zuri-sadiki&_sort=-created`)).status).toBe(200);
    const claimsNow = async (): Promise<unknown[]> =>
      (await readAll(server.url, 'Claim', connections)).map(({ id }) => id).sort();
    expect(await claimsNow()).toEqual([...stored].sort());

    await limitFiles(server, 'unlimited');
    expect((await post('while-full')).status).toBe(201);
    expect((await send('GET', `${origin}/ready`)).status).toBe(200);
    await server.kill();
    server = await startServer(settings);
    const claims = await claimsNow();
    expect(claims).toEqual([...stored].sort());
    const responses = await readAll(server.url, 'ClaimResponse', connections);
    expect(responses.map(({ id }) => id).sort()).toEqual(claims);
    connections.close();
  },
);

test.runIf(process.platform === 'linux')('a server that finds no room for its store says so and ends', async () => {
  const file = join(folder, 'new.db');
  for (const room of [0, 16 * 1024]) {
    const { code, text } = await failToStart({ KIUNGO_STORE: `sqlite:${file}` }, ['prlimit', `--fsize=${room}`]);
    expect(text).toMatch(/^Kiungo cannot start: /);
    expect(text).toContain(file);
    expect(text.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(1);
  }
  const server = await startServer({ KIUNGO_STORE: `sqlite:${file}` });
  expect(await server.stop()).toBe(0);
});
