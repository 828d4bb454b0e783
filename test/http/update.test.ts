import { describe, expect, test } from 'vitest';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { useServer } from './start-server.ts';

const server = useServer();

const version = async (id: string): Promise<string | undefined> => (await server.get(`Patient/${id}`)).headers.etag;

test('an update to an id that is free creates the resource under it', async () => {
  const { status, headers, body } = await server.put('Patient/u-1', patient('U-1', { id: 'u-1' }));
  expect(status).toBe(201);
  expect(headers.location).toBe(`${server.url}/Patient/u-1/_history/1`);
  expect(headers.etag).toBe('W/"1"');
  expect(body).toMatchObject({ id: 'u-1', meta: { versionId: '1' } });
});

test('an update makes the next version', async () => {
  const { status, headers, body } = await server.put('Patient/u-1', patient('U-1', { id: 'u-1', gender: 'male' }));
  expect(status).toBe(200);
  expect(headers.etag).toBe('W/"2"');
  expect(headers.location).toBeUndefined();
  expect(headers['last-modified']).toBe(new Date((body.meta as { lastUpdated: string }).lastUpdated).toUTCString());
  expect((await server.get('Patient/u-1')).body).toEqual(body);
});

test('an update that changes nothing makes no new version', async () => {
  const { body } = await server.get('Patient/u-1');
  const same = await server.put('Patient/u-1', body);
  expect({ status: same.status, etag: same.headers.etag }).toEqual({ status: 200, etag: 'W/"2"' });
  expect(same.body).toEqual(body);
  const otherOrder = Object.fromEntries(Object.entries(patient('U-1', { id: 'u-1', gender: 'male' })).reverse());
  expect((await server.put('Patient/u-1', otherOrder)).headers.etag).toBe('W/"2"');
  const tagged = patient('U-1', { id: 'u-1', gender: 'male', meta: { tag: [{ code: 'new' }] } });
  expect((await server.put('Patient/u-1', tagged)).headers.etag).toBe('W/"3"');
});

test('an update to a deleted resource brings it back', async () => {
  await server.put('Patient/u-2', patient('U-2', { id: 'u-2' }));
  await server.delete('Patient/u-2');
  const { status, headers } = await server.put('Patient/u-2', patient('U-2', { id: 'u-2' }));
  expect({ status, etag: headers.etag }).toEqual({ status: 201, etag: 'W/"3"' });
  expect(headers.location).toBe(`${server.url}/Patient/u-2/_history/3`);
  expect((await server.get('Patient/u-2')).status).toBe(200);
});

test('the id of the body must be the one of the path', async () => {
  const answers = [
    await server.put('Patient/u-3', patient('U-3', { id: 'u-4' })),
    await server.put('Patient/u-3', patient('U-3')),
    await server.put('Patient/u-3', patient('U-3', { id: 3 })),
  ];
  for (const answer of answers) {
    const [issue] = expectOutcome(answer, 400, 'id-mismatch');
    expect(issue).toMatchObject({ expression: 'Patient.id', text: expect.stringContaining('"id": "u-3"') });
  }
  expectOutcome(await server.get('Patient/u-3'), 404, 'resource-unknown');
});

test.each(['a_b', 'a%20b', 'x'.repeat(65), 'ä'])('an id like %s cannot be', async id => {
  expectOutcome(await server.put(`Patient/${encodeURI(id)}`, patient('U-5', { id })), 400, 'id-malformed');
});

test('an update that is not valid changes nothing', async () => {
  const faults = expectOutcome(
    await server.put('Patient/u-1', patient('U-1', { id: 'u-1', birthDate: 'long ago' })),
    422,
    'format-wrong',
  );
  expect(faults).toMatchObject([{ expression: 'Patient.birthDate' }]);
  expect(await version('u-1')).toBe('W/"3"');
});

test('Prefer: return=minimal answers without a body', async () => {
  const { status, headers, text } = await server.put('Patient/u-6', patient('U-6', { id: 'u-6' }), {
    prefer: 'return=minimal',
  });
  expect({ status, text, etag: headers.etag }).toEqual({ status: 201, text: '', etag: 'W/"1"' });
});

describe('If-Match', () => {
  const change = (id: string, gender: string, ifMatch: string) =>
    server.put(`Patient/${id}`, patient('M-1', { id, gender }), { 'if-match': ifMatch });

  test('lets the change pass for the current version only', async () => {
    await server.put('Patient/m-1', patient('M-1', { id: 'm-1' }));
    expect((await change('m-1', 'male', 'W/"1"')).status).toBe(200);
    const stale = await change('m-1', 'other', 'W/"1"');
    expectOutcome(stale, 412, 'precondition-failed');
    expect(stale.headers.etag).toBe('W/"2"');
    expect((await change('m-1', 'other', '"2"')).headers.etag).toBe('W/"3"');
  });

  test('* asks that there is any version', async () => {
    expect((await change('m-1', 'unknown', '*')).headers.etag).toBe('W/"4"');
    expectOutcome(await change('m-2', 'male', '*'), 412, 'precondition-failed');
    await server.delete('Patient/m-1');
    expectOutcome(await change('m-1', 'male', '*'), 412, 'precondition-failed');
    expectOutcome(await change('m-1', 'male', 'W/"5"'), 412, 'precondition-failed');
  });

  test.each(['1', 'W/1', 'W/"one"', 'W/"1", W/"2"', 'W/"-1"', '""'])('%s is refused as malformed', async ifMatch => {
    expectOutcome(await change('u-1', 'male', ifMatch), 400, 'header-malformed');
  });

  test('lets one of many that know the same version win', async () => {
    await server.put('Patient/m-3', patient('M-3', { id: 'm-3' }));
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, number) =>
        server.put('Patient/m-3', patient(`M-3-${number}`, { id: 'm-3' }), { 'if-match': 'W/"1"' }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(15).fill(412)]);
    expect(await version('m-3')).toBe('W/"2"');
  });
});

test('If-None-Match: * lets one of many create, and replaces nothing', async () => {
  const answers = await Promise.all(
    Array.from({ length: 16 }, (_, number) =>
      server.put('Patient/n-1', patient(`N-${number}`, { id: 'n-1' }), { 'if-none-match': '*' }),
    ),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(15).fill(412)]);
  expect(await version('n-1')).toBe('W/"1"');
  await server.delete('Patient/n-1');
  const again = await server.put('Patient/n-1', patient('N-1', { id: 'n-1' }), { 'if-none-match': '*' });
  expect(again.status).toBe(201);
  expectOutcome(
    await server.put('Patient/n-1', patient('N-2', { id: 'n-1' }), { 'if-none-match': 'W/"1"' }),
    400,
    'header-malformed',
  );
});

test('without If-Match every one of many writers gets a version of its own', async () => {
  const answers = await Promise.all(
    Array.from({ length: 16 }, (_, number) => server.put('Patient/w-1', patient(`W-${number}`, { id: 'w-1' }))),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(15).fill(200), 201]);
  expect(new Set(answers.map(({ headers }) => headers.etag)).size).toBe(16);
  expect(await version('w-1')).toBe('W/"16"');
});
