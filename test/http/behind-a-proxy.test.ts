import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Resource } from '../../src/fhir/resource.ts';
import { patient } from './resources.ts';
import { linkOf, startServer, type TestServer } from './start-server.ts';

const PREFIX = '/insurance/r4';

let server: TestServer;
/** Takes the prefix off and passes everything on, as a mediator in front of several servers does. */
const proxy = createServer((incoming, outgoing) => {
  const { pathname, search } = new URL(incoming.url!, 'http://proxy');
  if (!pathname.startsWith(PREFIX)) return void outgoing.writeHead(502).end();
  const { headers, method } = incoming;
  const target = `${server.url}${pathname.slice(PREFIX.length)}${search}`;
  incoming.pipe(
    request(
      target,
      { headers: { ...headers, host: 'inner', 'x-forwarded-host': 'evil.example' }, method: method! },
      answer => {
        outgoing.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(outgoing);
      },
    ),
  );
});
let base = '';

beforeAll(async () => {
  await new Promise<void>(listening => proxy.listen(0, '127.0.0.1', listening));
  base = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${PREFIX}`;
  server = await startServer({ KIUNGO_BASE_URL: base });
});
afterAll(async () => {
  await server.app.close();
  proxy.closeAllConnections();
  proxy.close();
});

test('every address leads through the proxy again', async () => {
  const created: Response[] = [];
  for (const number of ['B-1', 'B-2', 'B-3']) {
    const body = JSON.stringify(patient(number));
    created.push(
      await fetch(`${base}/Patient`, { method: 'POST', body, headers: { 'content-type': 'application/fhir+json' } }),
    );
  }
  for (const { status, headers } of created) {
    const location = headers.get('location')!;
    expect(status).toBe(201);
    expect(location.startsWith(`${base}/Patient/`)).toBe(true);
    expect((await fetch(location)).status).toBe(200);
  }
  let pages = 0;
  const seen: string[] = [];
  for (let next: string | undefined = `${base}/Patient?_count=2`; next !== undefined; pages++) {
    const page = (await (await fetch(next)).json()) as Resource;
    for (const { fullUrl } of (page.entry ?? []) as { fullUrl: string }[]) {
      expect((await fetch(fullUrl)).status).toBe(200);
      seen.push(fullUrl);
    }
    for (const { url } of page.link as { url: string }[]) expect(url.startsWith(`${base}/Patient?`)).toBe(true);
    next = linkOf(page, 'next');
  }
  expect({ pages, seen: new Set(seen).size }).toEqual({ pages: 2, seen: 3 });
  const history = (await (await fetch(`${base}/_history?_count=1`)).json()) as Resource;
  expect(linkOf(history, 'next')).toMatch(new RegExp(`^${base}/_history\\?`));
  const statement = (await (await fetch(`${base}/metadata`)).json()) as Resource;
  expect(statement.implementation).toMatchObject({ url: base });
});

test('a reference that is written with the address of the proxy is one to this server', async () => {
  const [{ id }] = ((await server.get('Patient?identifier=B-1')).body.entry as { resource: Resource }[]).map(
    ({ resource }) => resource,
  ) as [Resource];
  const found = await server.get(`Coverage?beneficiary=${base}/Patient/${id}&_summary=count`);
  expect(found.body.total).toBe(0);
});
