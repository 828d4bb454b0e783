import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { malariaClaim } from '../../scripts/demo/requests.ts';
import type { JsonObject } from '../../src/fhir/resource.ts';
import { patient } from '../http/resources.ts';
import { killServers, type ServerProcess, startServer } from './server-process.ts';

const ENTRIES = 5000;
const LONGEST_PAUSE_MS = 50;
/** Other programs on the machine make any process pause, now and then; a pause of the server's own is there every time. */
const ATTEMPTS = 8;
const JSON_BODY = { 'content-type': 'application/fhir+json' };

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer({ KIUNGO_STORE: 'sqlite::memory:', KIUNGO_CAPABILITIES: 'r4' });
});
afterAll(killServers);

const bundle = (changed: (claim: JsonObject, index: number) => JsonObject): string =>
  JSON.stringify({
    resourceType: 'Bundle',
    type: 'collection',
    entry: Array.from({ length: ENTRIES }, (_, index) => ({
      fullUrl: `urn:uuid:${randomUUID()}`,
      resource: changed({ ...malariaClaim('2026-06-03') }, index),
    })),
  });

const validate = async (body: string, path = '$validate') => {
  const response = await fetch(`${server.url}/${path}`, { method: 'POST', headers: JSON_BODY, body });
  const { issue } = (await response.json()) as { issue: { severity: string; expression?: string[] }[] };
  return {
    status: response.status,
    errors: issue.filter(({ severity }) => severity === 'error').map(({ expression }) => expression?.[0]),
  };
};

/** The longest time that the server did nothing but one thing, since it was asked last. */
const longestPauseMs = async (): Promise<number> => {
  const text = await (await fetch(new URL('/metrics', server.url))).text();
  return Number(/^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(text)![1]) * 1000;
};

/** Sends small requests until `work` has ended: how many were answered, and the longest pause meanwhile. */
const pauseDuring = async (work: Promise<unknown>): Promise<{ answers: number; pauseMs: number }> => {
  await longestPauseMs();
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  let answers = 0;
  for (; !isDone; answers++) expect((await fetch(`${server.url}/Patient/none`)).status).toBe(404);
  await done;
  return { answers, pauseMs: await longestPauseMs() };
};

const smallRequests = async (): Promise<void> => {
  for (let left = 500; left > 0; left--) await fetch(`${server.url}/metadata`);
};

test(`a Bundle of ${ENTRIES} claims is judged while other requests are answered`, { timeout: 120_000 }, async () => {
  const faulty = bundle((claim, index) => (index === ENTRIES - 1 ? { ...claim, status: 'sent' } : claim));
  expect(faulty.length).toBeGreaterThan(8_000_000);
  const added: number[] = [];
  while (added.length < ATTEMPTS && !added.some(pause => pause < LONGEST_PAUSE_MS)) {
    // What pauses there are while nothing large is sent is the machine's.
    const idle = await pauseDuring(smallRequests());
    const started = performance.now();
    const judged = validate(faulty);
    const { answers, pauseMs } = await pauseDuring(judged);
    expect(await judged).toEqual({ status: 200, errors: [`Bundle.entry[${ENTRIES - 1}].resource.status`] });
    expect(answers).toBeGreaterThan(20);
    expect(pauseMs).toBeLessThan((performance.now() - started) / 2);
    added.push(pauseMs - idle.pauseMs);
  }
  expect(Math.min(...added), `${added}`).toBeLessThan(LONGEST_PAUSE_MS);
});

test(`a transaction of ${ENTRIES} claims is carried out while other requests are answered`, {
  timeout: 120_000,
}, async () => {
  const entries = Array.from({ length: ENTRIES }, () => ({
    resource: malariaClaim('2026-06-03'),
    request: { method: 'POST', url: 'Claim' },
  }));
  const body = JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry: entries });
  const headers = { ...JSON_BODY, prefer: 'return=minimal' };
  const pauses: number[] = [];
  while (pauses.length < ATTEMPTS && !pauses.some(pause => pause < LONGEST_PAUSE_MS)) {
    const idle = await pauseDuring(smallRequests());
    const sent = fetch(server.url, { method: 'POST', headers, body });
    const { answers, pauseMs } = await pauseDuring(sent);
    const { entry } = (await (await sent).json()) as { entry: { response: { status: string } }[] };
    expect(entry.filter(({ response }) => response.status === '201 Created')).toHaveLength(ENTRIES);
    expect(answers).toBeGreaterThan(20);
    pauses.push(pauseMs - idle.pauseMs);
  }
  expect(Math.min(...pauses), `${pauses}`).toBeLessThan(LONGEST_PAUSE_MS);
});

test('a large resource is read and shown as XML while other requests are answered', { timeout: 120_000 }, async () => {
  const names = Array.from(
    { length: 12_000 },
    (_, index) => `<name><family value="Zawadi-${index}"/><given value="Amani"/></name>`,
  );
  const body = `<Patient xmlns="http://hl7.org/fhir"><id value="large-xml"/>${names.join('')}</Patient>`;
  const headers = { 'content-type': 'application/fhir+xml', accept: 'application/fhir+xml' };
  const put = () => fetch(`${server.url}/Patient/large-xml`, { method: 'PUT', headers, body });
  const first = await put();
  expect(first.status).toBe(201);
  expect(await first.text()).toContain('<family value="Zawadi-11999"/>');
  const added: number[] = [];
  while (added.length < ATTEMPTS && !added.some(pause => pause < LONGEST_PAUSE_MS)) {
    const idle = await pauseDuring(smallRequests());
    const shown = fetch(`${server.url}/Patient/large-xml`, { headers });
    const { pauseMs } = await pauseDuring(shown);
    expect((await (await shown).text()).length).toBeGreaterThan(body.length);
    added.push(pauseMs - idle.pauseMs);
  }
  expect(Math.min(...added), `${added}`).toBeLessThan(LONGEST_PAUSE_MS);
});

test('a Bundle may be larger than a resource, where one may come', async () => {
  const large = bundle(claim => claim);
  expect((await fetch(`${server.url}/Bundle`, { method: 'POST', headers: JSON_BODY, body: large })).status).toBe(413);
  expect((await fetch(server.url, { method: 'POST', headers: JSON_BODY, body: large })).status).toBe(400);
  expect(await validate(large, 'Bundle/any/$validate')).toEqual({ status: 200, errors: [] });
  const created = await validate(large, 'Bundle/$validate?mode=create');
  expect(created).toMatchObject({ status: 200, errors: [undefined] });
});

test('a large resource is judged and stored as any other', async () => {
  const names = Array.from({ length: 20_000 }, (_, index) => ({ family: `Zawadi-${index}`, given: ['Amani'] }));
  const large = patient('L-1', { name: names });
  const send = (body: JsonObject) =>
    fetch(`${server.url}/Patient`, { method: 'POST', headers: JSON_BODY, body: JSON.stringify(body) });
  expect((await send(large)).status).toBe(201);
  const refused = await send({ ...large, gender: 'girl' });
  expect(refused.status).toBe(422);
  expect(await refused.text()).toContain('"expression":["Patient.gender"]');
  const tried = await validate(JSON.stringify({ ...large, gender: 'girl' }), 'Patient/$validate?mode=create');
  expect(tried).toEqual({ status: 200, errors: ['Patient.gender'] });
  expect((await validate('{"resourceType":"Patient",'.padEnd(300_000), '$validate')).status).toBe(400);
});
