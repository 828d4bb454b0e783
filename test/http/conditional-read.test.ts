import { beforeAll, expect, test } from 'vitest';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { useServer } from './start-server.ts';

const server = useServer();
const PATH = 'Patient/asha';
let lastModified = '';

beforeAll(async () => {
  await server.put(PATH, patient('C-1', { id: 'asha' }));
  const { headers } = await server.put(PATH, patient('C-1', { id: 'asha', gender: 'male' }));
  lastModified = headers['last-modified']!;
});

const later = (seconds: number): string => new Date(Date.parse(lastModified) + seconds * 1000).toUTCString();

test.each(['W/"2"', '"2"', 'W/"1", W/"2"', 'W/"1","2"', '*', ' W/"2" '])(
  'If-None-Match: %s of version 2 is 304 without a body',
  async ifNoneMatch => {
    for (const path of [PATH, `${PATH}/_history/2`]) {
      for (const method of ['get', 'head'] as const) {
        const answer = await server.send(method, path, undefined, { 'if-none-match': ifNoneMatch });
        expect({ status: answer.status, text: answer.text }, path).toEqual({ status: 304, text: '' });
        expect(answer.headers.etag).toBe('W/"2"');
        expect(answer.headers['last-modified']).toBe(lastModified);
        expect(answer.headers['content-type']).toBeUndefined();
        expect(answer.headers['x-request-id']).toBeDefined();
      }
    }
  },
);

test.each(['W/"1"', 'W/"22"', '2', '', '"W/2"'])('If-None-Match: %s of version 2 gets it', async ifNoneMatch => {
  const { status, body } = await server.get(PATH, { 'if-none-match': ifNoneMatch });
  expect({ status, id: body.id }).toEqual({ status: 200, id: 'asha' });
});

test('an older version is held against its own number', async () => {
  expect((await server.get(`${PATH}/_history/1`, { 'if-none-match': 'W/"1"' })).status).toBe(304);
  expect((await server.get(`${PATH}/_history/1`, { 'if-none-match': 'W/"2"' })).status).toBe(200);
});

test('If-Modified-Since is 304 from the second of the last change on', async () => {
  for (const seconds of [0, 1, 3600]) {
    const answer = await server.get(PATH, { 'if-modified-since': later(seconds) });
    expect({ status: answer.status, etag: answer.headers.etag, text: answer.text }).toEqual({
      status: 304,
      etag: 'W/"2"',
      text: '',
    });
  }
  expect((await server.get(PATH, { 'if-modified-since': later(-1) })).status).toBe(200);
});

test.each(['yesterday', '2099-01-01', 'Tue, 99 Nov 2099 07:41:05 GMT', ''])(
  'If-Modified-Since: %s is no date of HTTP and passed over',
  async since => {
    expect((await server.get(PATH, { 'if-modified-since': since })).status).toBe(200);
  },
);

test('If-None-Match goes before If-Modified-Since', async () => {
  const changed = { 'if-none-match': 'W/"1"', 'if-modified-since': later(3600) };
  expect((await server.get(PATH, changed)).status).toBe(200);
  const same = { 'if-none-match': 'W/"2"', 'if-modified-since': later(-3600) };
  expect((await server.get(PATH, same)).status).toBe(304);
});

test('what is not there is told, whatever the client has', async () => {
  expectOutcome(await server.get('Patient/never-was', { 'if-none-match': '*' }), 404, 'resource-unknown');
  await server.put('Patient/gone', patient('C-2', { id: 'gone' }));
  await server.delete('Patient/gone');
  for (const path of ['Patient/gone', 'Patient/gone/_history/2']) {
    const answer = await server.get(path, { 'if-none-match': 'W/"2"' });
    expectOutcome(answer, 410, 'resource-deleted');
    expect(answer.headers.etag).toBe('W/"2"');
  }
});

test('a definition that the server was started with has no version, and is always answered', async () => {
  const headers = { 'if-none-match': '*', 'if-modified-since': later(3600) };
  expect((await server.get('StructureDefinition/Claim', headers)).status).toBe(200);
});
