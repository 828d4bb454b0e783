import { beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/fhir/resource.ts';
import { type Check, conformanceChecks, LONGEST_ID } from './conformance-checks.ts';
import { patient } from './resources.ts';
import { type Answer, linkOf, useServer } from './start-server.ts';

const server = useServer({ KIUNGO_CORS_ORIGINS: 'https://app.example' });

/** Every person that the checks write to, so that none depends on another: id and number. */
const PEOPLE = {
  same: 'C-SAME',
  changed: 'C-CHANGED',
  matched: 'C-MATCHED',
  condition: 'C-CONDITION',
  patched: 'C-PATCHED',
  merged: 'C-MERGED',
  pathed: 'C-PATHED',
  'by-number': 'C-BY-NUMBER',
  'in-bundle': 'C-IN-BUNDLE',
  ended: 'C-ENDED',
  'ended-too': 'C-ENDED-TOO',
  referred: 'C-REFERRED',
  gone: 'C-GONE',
  back: 'C-BACK',
  revived: 'C-REVIVED',
  'twice-1': 'C-TWICE',
  'twice-2': 'C-TWICE',
  [LONGEST_ID]: 'C-LONG',
};

beforeAll(async () => {
  const put = (id: string, number: string, more = {}) => server.put(`Patient/${id}`, patient(number, { id, ...more }));
  await put('known', 'C-KNOWN', { active: false });
  await put('known', 'C-KNOWN', { active: true });
  for (const [id, number] of Object.entries(PEOPLE)) await put(id, number);
  for (const id of ['gone', 'back', 'revived']) await server.delete(`Patient/${id}`);
  await put('back', 'C-BACK');
  const subject = { reference: 'Patient/referred' };
  await server.put('Basic/refers', { resourceType: 'Basic', id: 'refers', code: { text: 'a' }, subject });
});

const ask = ({ request, body, headers }: Check): Promise<Answer> => {
  const [method = '', path = ''] = request.split(' ');
  type Method = Parameters<typeof server.send>[0];
  const plain = { 'accept-encoding': 'identity', ...headers };
  return server.send(
    method.toLowerCase() as Method,
    path === '' || path.startsWith('?') ? `/${path}` : path,
    body,
    plain,
  );
};

describe.each(Object.entries(conformanceChecks))('%s', (_group, checks) => {
  test.each(checks)('$name: $request is $status', async check => {
    const { status, headers, text, body } = await ask(check);
    expect({ status, text }).toEqual({ status: check.status, text });
    expect(headers['x-request-id']).toBeDefined();
    for (const [name, wanted] of Object.entries(check.has ?? {})) {
      if (wanted === null) expect(headers).not.toHaveProperty(name);
      else expect(headers[name], name).toEqual(typeof wanted === 'string' ? wanted : expect.stringMatching(wanted));
    }
    if (check.shows === '') expect(text).toBe('');
    else if (check.shows !== undefined) expect(body).toMatchObject(check.shows);
    if (status < 400 || check.shows === '') return;
    expect(headers['content-type']).toBe('application/fhir+json; charset=utf-8');
    expect(body.resourceType).toBe('OperationOutcome');
    expect((body.issue as JsonObject[])[0]).toMatchObject({ severity: 'error' });
    if (status === 405) expect(headers.allow).toBeDefined();
  });
});

test('there are over a hundred checks, each of its own name within its group', () => {
  const names = Object.entries(conformanceChecks).flatMap(([group, checks]) =>
    checks.map(({ name }) => `${group} ${name}`),
  );
  expect(names.length).toBeGreaterThan(100);
  expect(new Set(names).size).toBe(names.length);
});

test('Location leads to the version that was created', async () => {
  const created = await server.post('Patient', patient('C-LED'));
  const found = await server.get(created.headers.location!);
  expect(found.body).toEqual(created.body);
  expect(found.headers.etag).toBe(created.headers.etag);
  expect(found.headers['last-modified']).toBe(created.headers['last-modified']);
});

test('Last-Modified and meta.lastUpdated name one time', async () => {
  const { headers, body } = await server.get('Patient/known');
  const { lastUpdated } = body.meta as { lastUpdated: string };
  expect(headers['last-modified']).toBe(new Date(lastUpdated).toUTCString());
  const later = await server.get('Patient/known', { 'if-modified-since': headers['last-modified']! });
  expect({ status: later.status, text: later.text }).toEqual({ status: 304, text: '' });
});

test.each(['Patient?_count=2&_sort=_id', '_history?_count=5'])(
  'the links of %s lead to all pages, and each is whole',
  async first => {
    const seen: string[] = [];
    let pages = 0;
    for (let next: string | undefined = first; next !== undefined; pages++) {
      const { status, body, text } = await server.get(next);
      expect({ status, text }).toEqual({ status: 200, text });
      expect(linkOf(body, 'self')).toBeDefined();
      for (const { fullUrl, resource, request } of (body.entry ?? []) as Record<string, unknown>[] &
        { fullUrl: string }[]) {
        expect(resource !== undefined || request !== undefined).toBe(true);
        seen.push(`${fullUrl} ${JSON.stringify(resource ?? request)}`);
      }
      next = linkOf(body, 'next');
    }
    expect(pages).toBeGreaterThan(1);
    expect(new Set(seen).size).toBe(seen.length);
  },
);
