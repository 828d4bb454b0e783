import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bundle } from 'fhir/r4.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { malariaClaim } from '../../scripts/demo/requests.ts';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { type Answer, linkOf, loadScheme, startServer, useServer, YEAR } from './start-server.ts';

const server = useServer();
const folders: string[] = [];

const bundleOf = ({ body }: Answer): Bundle => body as unknown as Bundle;
const requestsOf = (answer: Answer): string[] =>
  (bundleOf(answer).entry ?? []).map(({ request }) => `${request?.method} ${request?.url}`);

beforeAll(() => loadScheme(server));
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

test('the history of the system has everything that was stored, in the order of commits', async () => {
  const begin = requestsOf(await server.get('_history?_sort=_lastUpdated&_count=1000'));
  expect((await server.post('Patient', patient('S-1'))).status).toBe(201);
  expect((await server.delete('Patient/never-was')).status).toBe(204);
  const answer = await server.get('_history?_sort=_lastUpdated&_count=1000');
  expect(bundleOf(answer)).toMatchObject({ type: 'history', total: begin.length + 1 });
  expect(requestsOf(answer)).toEqual([...begin, 'POST Patient']);
  expect(new Set(begin.map(request => request.replace(/^PUT (\w+).*/, '$1'))).size).toBeGreaterThan(5);
});

test('a client that asks from the last time on misses nothing', async () => {
  const [newest] = bundleOf(await server.get('_history?_count=1')).entry!;
  await server.put('Patient/s-2', patient('S-2', { id: 's-2' }));
  await server.delete('Patient/s-2');
  const answer = await server.get(`_history?_since=${newest!.response!.lastModified}&_sort=_lastUpdated`);
  expect(requestsOf(answer).slice(-2)).toEqual(['PUT Patient/s-2', 'DELETE Patient/s-2']);
  expect(bundleOf(answer).entry!.at(-1)!.resource).toBeUndefined();
});

test('docs/history.md shows a request that works as it says', async () => {
  const guide = readFileSync(new URL('../../docs/history.md', import.meta.url), 'utf8');
  const [, path] = /^curl "\$FHIR\/([^"]+)"$/m.exec(guide)!;
  const answer = await server.get(path!);
  expect(bundleOf(answer)).toMatchObject({ resourceType: 'Bundle', type: 'history' });
  expect(linkOf(answer.body, 'self')).toBe(`${server.url}/${path}`);
});

test('the links lead over all pages, each version once', async () => {
  const all = requestsOf(await server.get('_history?_count=1000'));
  const seen: string[] = [];
  let next: string | undefined = '_history?_count=7';
  for (let page = 0; next !== undefined; page++) {
    const answer: Answer = await server.get(next);
    seen.push(...requestsOf(answer));
    expect(bundleOf(answer).total).toBeUndefined();
    await server.put(`Patient/late-${page}`, patient(`SL-${page}`, { id: `late-${page}` }));
    next = linkOf(answer.body, 'next');
  }
  expect(seen).toEqual(all);
});

test('a claim and its answer stand in it one after the other, with the same time', async () => {
  const { body } = await server.post('Claim', malariaClaim(`${YEAR}-06-03`));
  const answer = await server.get('_history?_count=2&_sort=-_lastUpdated');
  expect(requestsOf(answer).sort()).toEqual(['POST Claim', 'POST ClaimResponse']);
  const { lastUpdated } = body.meta as { lastUpdated: string };
  for (const { fullUrl, response, resource } of bundleOf(answer).entry!) {
    expect(fullUrl).toBe(`${server.url}/${resource?.resourceType}/${body.id}`);
    expect(response).toEqual({ status: '201', etag: 'W/"1"', lastModified: lastUpdated });
  }
});

test('takes GET only, and no parameter of searches', async () => {
  expectOutcome(await server.post('_history', {}), 405, 'interaction-not-enabled');
  expectOutcome(await server.get('_history?_type=Claim'), 400, 'search-parameter-unknown');
});

test('has no versions of types whose history is not enabled', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kiungo-history-'));
  folders.push(folder);
  const interaction = ['create', 'update'].map(code => ({ code }));
  const statement = {
    resourceType: 'CapabilityStatement',
    fhirVersion: '4.0.1',
    format: ['json'],
    rest: [
      {
        mode: 'server',
        interaction: [{ code: 'history-system' }],
        resource: [
          { type: 'Patient', interaction, updateCreate: true },
          { type: 'Basic', interaction: [...interaction, { code: 'history-type' }] },
          { type: 'Group', interaction: [{ code: 'history-type' }] },
        ],
      },
    ],
  };
  await writeFile(join(folder, 'mine.json'), JSON.stringify(statement));
  const other = await startServer({ KIUNGO_CAPABILITIES: join(folder, 'mine.json') });
  try {
    expect((await other.put('Patient/p', patient('S-3', { id: 'p' }))).status).toBe(201);
    expect((await other.post('Basic', { resourceType: 'Basic', code: { text: 'A note' } })).status).toBe(201);
    expectOutcome(await other.get('Patient/_history'), 405, 'interaction-not-enabled');
    expect(requestsOf(await other.get('_history'))).toEqual(['POST Basic']);
  } finally {
    await other.app.close();
  }
});
