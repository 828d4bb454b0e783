import { beforeAll, describe, expect, test } from 'vitest';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { useServer } from './start-server.ts';

const server = useServer();

beforeAll(async () => {
  await server.put('Patient/asha', patient('M-1', { id: 'asha' }));
  await server.put('Patient/gone', patient('M-2', { id: 'gone' }));
  await server.delete('Patient/gone');
});

describe('HEAD', () => {
  test.each([
    ['metadata', 200],
    ['Patient', 200],
    ['Patient?identifier=M-1', 200],
    ['Patient?nonsense=1', 400],
    ['Patient/asha', 200],
    ['Patient/asha?_summary=text', 200],
    ['Patient/asha?_pretty=true', 200],
    ['Patient/gone', 410],
    ['Patient/never-was', 404],
    ['Patient/asha/_history', 200],
    ['Patient/asha/_history/1', 200],
    ['Patient/asha/_history/9', 404],
    ['StructureDefinition/kiungo-claim', 200],
    ['StructureDefinition/kiungo-claim/$json-schema', 200],
    ['ValueSet/administrative-gender/$expand', 200],
    ['Claim/$submit', 405],
    ['Patient/_search', 405],
    ['Nonsense', 404],
    ['../nothing', 404],
  ])('/%s is %i with the headers of GET and no body', async (path, status) => {
    const plain = { 'accept-encoding': 'identity' };
    const got = await server.get(path, plain);
    const { text, ...head } = await server.send('head', path, undefined, plain);
    expect({ status: head.status, text }).toEqual({ status, text: '' });
    expect(got.status).toBe(status);
    const differing = Object.keys({ ...got.headers, ...head.headers }).filter(
      name => !['date', 'x-request-id'].includes(name) && got.headers[name] !== head.headers[name],
    );
    expect(differing).toEqual([]);
    expect(Number(head.headers['content-length'])).toBe(Buffer.byteLength(got.text));
  });
});

describe('OPTIONS', () => {
  test.each([
    ['metadata', ['GET', 'HEAD']],
    ['Patient', ['GET', 'HEAD', 'POST']],
    ['Patient/', ['GET', 'HEAD', 'POST']],
    ['Patient/_search', ['POST']],
    ['Patient/asha', ['GET', 'HEAD', 'PUT', 'DELETE']],
    ['Patient/asha/_history', ['GET', 'HEAD']],
    ['Patient/asha/_history/1', ['GET', 'HEAD']],
    ['StructureDefinition/Claim', ['GET', 'HEAD']],
    ['Claim/$submit', ['POST']],
    ['$validate', ['GET', 'HEAD', 'POST']],
    ['StructureDefinition/kiungo-claim/$json-schema', ['GET', 'HEAD', 'POST']],
    ['', []],
    ['_history', []],
  ])('/%s tells %j', async (path, methods) => {
    const { status, headers, text } = await server.send('options', path);
    expect({ status, text }).toEqual({ status: 204, text: '' });
    expect(headers.allow?.split(', ')).toEqual(expect.arrayContaining([...methods, 'OPTIONS']));
    for (const method of headers.allow!.split(', ')) {
      if (method === 'GET' || method === 'HEAD') {
        expect((await server.send(method.toLowerCase() as 'get', path)).status, method).not.toBe(405);
      }
    }
  });

  test('tells what is not there', async () => {
    expectOutcome(await server.send('options', 'Nonsense/1'), 404, 'type-unknown');
    expectOutcome(await server.send('options', 'Claim/$sumbit'), 404, 'operation-unknown');
    expectOutcome(await server.send('options', 'Patient/a_b'), 400, 'id-malformed');
    expectOutcome(await server.send('options', 'Patient/1/2'), 404, 'path-unknown');
  });
});

test.each(['', '_history', 'Patient/_search', 'Patient/asha', 'Patient/asha/_history/1', 'metadata', 'Claim/$submit'])(
  'the Allow of a refusal at /%s is that of OPTIONS',
  async path => {
    const { headers } = await server.send('options', path);
    const refused = await server.send('patch', path, {});
    if (refused.status === 405) expect(refused.headers.allow).toBe(headers.allow);
  },
);

test('a slash at the end of a path makes no difference', async () => {
  for (const [with_, without] of [
    ['Patient/?identifier=M-1', 'Patient?identifier=M-1'],
    ['Patient/asha/', 'Patient/asha'],
    ['Patient/asha/_history/1/', 'Patient/asha/_history/1'],
    ['ValueSet/administrative-gender/$expand/', 'ValueSet/administrative-gender/$expand'],
  ] as const) {
    const answer = await server.get(with_);
    expect(answer.status, with_).toBe(200);
    expect(answer.body.id).toBe((await server.get(without)).body.id);
  }
  expect((await server.get('metadata/')).status).toBe(200);
  expect((await server.post('Patient/', patient('M-3'))).status).toBe(201);
  expect((await server.put('Patient/mwasi/', patient('M-4', { id: 'mwasi' }))).status).toBe(201);
});

test('percent-encoding stands for what it encodes', async () => {
  expect((await server.get('Patient/%61sha')).body.id).toBe('asha');
  expect((await server.get('%50atient/asha')).body.id).toBe('asha');
  expect((await server.post('Claim/%24submit', {})).status).toBe(400);
  expect((await server.get('Patient?%5Fid=%61sha&_summary=count')).body.total).toBe(1);
  expectOutcome(await server.get('Patient/%zz'), 400, 'request-malformed');
  expectOutcome(await server.get('Patient?_id=%zz'), 400, 'request-malformed');
});

test.each(['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'])(
  'a POST with %s is refused and nothing is done',
  async name => {
    const answer = await server.post('Patient', patient('M-5'), { [name]: 'DELETE' });
    expectOutcome(answer, 400, 'header-malformed');
    expect((await server.get('Patient?identifier=M-5&_summary=count')).body.total).toBe(0);
    expect((await server.get('Patient/asha', { [name]: 'DELETE' })).status).toBe(200);
  },
);

test('a method that is not of FHIR is 405, wherever it is sent', async () => {
  for (const path of ['Patient/asha', 'Nonsense', '../nothing']) {
    const answer = await fetch(new URL(path, `${server.url}/`), { method: 'PROPFIND' });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS');
    expect(await answer.json()).toMatchObject({ issue: [{ diagnostics: "PROPFIND is not a method of FHIR's API." }] });
  }
});
