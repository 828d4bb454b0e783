import { beforeAll, describe, expect, test } from 'vitest';
import { malariaClaim } from '../../scripts/demo/requests.ts';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import {
  bundle,
  creation,
  deletion,
  named,
  patching,
  reading,
  ruleOf,
  send as sendBundle,
  update,
  urn,
} from './bundles.ts';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { loadScheme, resourcesOf, startServer, useServer, YEAR } from './start-server.ts';

const server = useServer();

beforeAll(() => loadScheme(server));

const send = (...entries: readonly JsonObject[]) => sendBundle(server, 'batch', entries);
const countOf = async (query: string): Promise<number> => resourcesOf((await server.get(query)).body).length;
const list = (reference: string): Resource => ({
  resourceType: 'List',
  status: 'current',
  mode: 'working',
  entry: [{ item: { reference } }],
});
/** An entry with a request as it stands here. */
const asking = (method: string, url: string, resource?: JsonObject): JsonObject => ({
  ...(resource === undefined ? {} : { resource }),
  request: { method, url },
});

describe('each entry on its own', () => {
  test('has its status and outcome, and a bad one changes nothing for the others', async () => {
    const { body } = await server.post(
      '/',
      bundle(
        'batch',
        creation(patient('B-1')),
        creation(patient('B-2', { gender: 'woman' })),
        reading('Patient/none'),
        deletion('Patient/none'),
        creation(list('Patient/none')),
      ),
    );
    expect(body.type).toBe('batch-response');
    const responses = (body.entry as { response: JsonObject }[]).map(({ response }) => response);
    expect(responses.map(({ status }) => status)).toEqual([
      '201 Created',
      '422 Unprocessable Entity',
      '404 Not Found',
      '204 No Content',
      '422 Unprocessable Entity',
    ]);
    const places = (responses[1]!.outcome as { issue: JsonObject[] }).issue.map(({ expression }) => expression);
    expect(places).toContainEqual(['Bundle.entry[1].resource.gender']);
    expect(responses[2]!.outcome).toMatchObject({ issue: [{ expression: ['Bundle.entry[2].request.url'] }] });
    expect(await countOf('Patient?identifier=B-1,B-2')).toBe(1);
  });

  test('is carried out in the order of deletions, creations, updates and reads', async () => {
    const [known] = await send(creation(patient('B-3')));
    const answer = await send(
      reading('Patient?identifier=B-3,B-4&_sort=_lastUpdated'),
      asking('PUT', 'Patient?identifier=B-4', patient('B-4', { gender: 'other' })),
      creation(patient('B-4')),
      deletion(known!.name!),
    );
    expect(answer.map(({ status }) => status)).toEqual([200, 200, 201, 204]);
    expect(resourcesOf(answer[0]!.resource!)).toMatchObject([{ gender: 'other' }]);
  });

  test('may be about a resource that another entry is about', async () => {
    const [one] = await send(creation(patient('B-5')));
    const id = one!.resource!.id!;
    const answer = await send(
      update(patient('B-5', { id, active: true })),
      patching(one!.name!, [{ op: 'replace', path: '/gender', value: 'male' }]),
    );
    expect(answer.map(({ status }) => status)).toEqual([200, 200]);
    expect((await server.get(`${one!.name}/_history`)).body.total).toBe(3);
  });

  test('that refers to another entry is refused', async () => {
    const [made, refused] = await send(named(urn(1), creation(patient('B-6'))), creation(list(urn(1))));
    expect(made!.status).toBe(201);
    expect([refused!.status, ruleOf(refused!)]).toEqual([400, 'bundle-entry-refused']);
    expect(refused!.outcome!.issue[0]!.expression).toEqual(['Bundle.entry[1].resource.entry[0].item.reference']);
  });

  test('keeps the conditions of its request', async () => {
    const [one] = await send(creation(patient('B-7')));
    const answer = await send(
      creation(patient('B-7'), { ifNoneExist: 'identifier=B-7' }),
      update(patient('B-7', { id: one!.resource!.id!, active: true }), { ifMatch: 'W/"4"' }),
      reading(one!.name!, { ifNoneMatch: 'W/"1"' }),
    );
    expect(answer.map(({ status }) => status)).toEqual([200, 412, 304]);
    expect(answer[0]!.name).toBe(one!.name);
  });

  test('is logged and counted as a batch', async () => {
    await send();
    expect(JSON.parse(server.log.at(-1)!)).toMatchObject({ interaction: 'batch', type: 'none', status: 200 });
    await sendBundle(server, 'transaction', []);
    expect(JSON.parse(server.log.at(-1)!)).toMatchObject({ interaction: 'transaction', type: 'none', status: 200 });
  });

  test('gets its insurance answer, and a claim sent again the first one', async () => {
    const [claim] = await send(creation(malariaClaim(`${YEAR}-06-03`)));
    expect((await server.get(`ClaimResponse/${claim!.resource!.id}`)).status).toBe(200);
    expect((await send(creation(malariaClaim(`${YEAR}-06-03`))))[0]).toMatchObject({ status: 200, name: claim!.name });
  });

  test('is written as the preference of the whole says', async () => {
    const entries = [creation(patient('B-8')), reading('Patient/zuri-sadiki')];
    const [made, read] = await sendBundle(server, 'batch', entries, { prefer: 'return=minimal' });
    expect([made!.resource, read!.resource?.id]).toEqual([undefined, 'zuri-sadiki']);
    const normalized = await server.post('/', bundle('batch', creation(patient('B-9', { gender: 'MALE' }))), {
      prefer: 'normalize=openimis',
    });
    expect(normalized.headers['x-kiungo-normalized']).toBeDefined();
  });
});

describe('what an entry can ask for', () => {
  test.each([
    ['Patient/zuri-sadiki', 200],
    ['/Patient/zuri-sadiki', 200],
    ['/fhir/Patient/zuri-sadiki', 200],
    ['Patient/zuri-sadiki/', 200],
    ['Patient/zuri%2Dsadiki', 200],
    ['Patient/zuri-sadiki/_history/1', 200],
    ['Patient/zuri-sadiki/_history', 200],
    ['Patient/_history?_count=1', 200],
    ['_history?_count=1', 200],
    ['Patient', 200],
    ['Patient?family=sadiki', 200],
    ['Patient/zuri-sadiki?_elements=name', 200],
    ['Patient/zuri-sadiki/_history/7', 404],
    ['Patient/none', 404],
    ['Nothing/1', 404],
    ['Patient?familiy=x', 400],
    ['Patient/an_id', 400],
    ['Patient/1/2', 400],
    ['Patient#1', 400],
    ['Patient?family=%E0', 400],
    ['metadata', 200],
    ['', 400],
    ['?_type=Patient&_count=1', 200],
    ['?_type=Nothing', 400],
    ['https://other.example/fhir/Patient/1', 400],
    ['Patient/$everything', 200],
    ['Patient/zuri-sadiki/$validate', 200],
    ['$validate', 400],
  ])('GET %j is answered %i', async (url, status) => {
    const [answer] = await send(reading(url));
    expect(answer!.status).toBe(status);
  });

  test('an absolute url of this server, and HEAD, which shows no resource', async () => {
    const [got, head] = await send(reading(`${server.url}/Patient/zuri-sadiki`), asking('HEAD', 'Patient/zuri-sadiki'));
    expect([got!.status, got!.resource?.id]).toEqual([200, 'zuri-sadiki']);
    expect(head).toMatchObject({ status: 200, etag: got!.etag });
    expect(head!.resource).toBeUndefined();
  });

  test.each([
    ['a POST with an id', asking('POST', 'Patient/1', patient('x')), 400, 'bundle-entry-malformed', 'request.url'],
    [
      'a POST with criteria',
      asking('POST', 'Patient?identifier=1', patient('x')),
      400,
      'bundle-entry-malformed',
      'request.url',
    ],
    ['a POST to _search', asking('POST', 'Patient/_search'), 400, 'bundle-entry-malformed', 'request.url'],
    ['a PUT without an id or criteria', asking('PUT', 'Patient', patient('x')), 400, 'criteria-missing', 'request.url'],
    ['a PUT without a resource', asking('PUT', 'Patient/1'), 400, 'bundle-entry-malformed', 'resource'],
    ['a PUT of another id', asking('PUT', 'Patient/1', patient('x', { id: '2' })), 400, 'id-mismatch', 'resource.id'],
    ['a PUT of no id', asking('PUT', 'Patient/1', patient('x')), 400, 'id-mismatch', 'resource.id'],
    [
      'a POST of another type',
      asking('POST', 'Claim', patient('x')),
      400,
      'resource-type-mismatch',
      'resource.resourceType',
    ],
    [
      'a DELETE with a resource',
      asking('DELETE', 'Patient/1', patient('x')),
      400,
      'bundle-entry-malformed',
      'resource',
    ],
    ['a DELETE of all', asking('DELETE', 'Patient'), 400, 'criteria-missing', 'request.url'],
    ['a resource without a type', asking('POST', 'Patient', { id: '1' }), 400, 'json-not-resource', 'resource'],
    ['no request', { resource: patient('x') }, 400, 'bundle-entry-malformed', 'request'],
    ['a request without url', { request: { method: 'GET' } }, 400, 'bundle-entry-malformed', 'request.url'],
    ['an unknown method', asking('MOVE', 'Patient/1'), 400, 'bundle-entry-malformed', 'request.method'],
    ['a method in small letters', asking('get', 'Patient/1'), 400, 'bundle-entry-malformed', 'request.method'],
    ['a Bundle in the Bundle', asking('POST', '', bundle('batch')), 400, 'bundle-entry-refused', 'request.url'],
    ['an unknown operation', asking('POST', 'Claim/$submitt', patient('x')), 404, 'operation-unknown', 'request.url'],
    ['an operation that needs POST', asking('GET', 'Claim/$submit'), 405, 'interaction-not-enabled', 'request.url'],
    [
      'an operation with PUT',
      asking('PUT', 'Claim/$submit', patient('x')),
      400,
      'bundle-entry-malformed',
      'request.url',
    ],
    [
      'an operation that answers with no resource',
      asking('GET', 'StructureDefinition/kiungo-claim/$json-schema'),
      400,
      'bundle-entry-refused',
      'request.url',
    ],
    ['a misspelled element', { ...asking('GET', 'Patient'), fulUrl: 'urn:x' }, 422, 'element-unknown', 'fulUrl'],
    [
      'a relative fullUrl',
      { fullUrl: 'Patient/1', ...asking('POST', 'Patient', patient('x')) },
      422,
      'bundle-full-url',
      'fullUrl',
    ],
    ['a PATCH with a Patient', asking('PATCH', 'Patient/1', patient('x')), 400, 'bundle-entry-malformed', 'resource'],
    [
      'a PATCH without data',
      asking('PATCH', 'Patient/1', { resourceType: 'Binary', contentType: 'application/json-patch+json' }),
      400,
      'bundle-entry-malformed',
      'resource.data',
    ],
    [
      'a PATCH of an unknown form',
      asking('PATCH', 'Patient/1', { resourceType: 'Binary', contentType: 'text/plain', data: 'eA==' }),
      415,
      'content-type-not-served',
      'resource.contentType',
    ],
    [
      'an interaction that is not enabled',
      asking('DELETE', 'StructureDefinition/x'),
      405,
      'interaction-not-enabled',
      'request.url',
    ],
  ])('%s is refused by its place; the others are carried out', async (_what, entry, status, rule, element) => {
    const [refused, read] = await send(entry, reading('Patient/zuri-sadiki'));
    expect([refused!.status, ruleOf(refused!)]).toEqual([status, rule]);
    expect(refused!.outcome!.issue[0]!.expression?.[0]).toBe(`Bundle.entry[0].${element}`);
    expect(read!.status).toBe(200);
  });

  test('a merge patch in a Binary', async () => {
    const [one] = await send(creation(patient('B-10')));
    const data = Buffer.from('{"active":true}').toString('base64');
    const [patched] = await send(
      asking('PATCH', one!.name!, { resourceType: 'Binary', contentType: 'application/merge-patch+json', data }),
    );
    expect(patched).toMatchObject({ status: 200, resource: { active: true } });
  });

  test('a fullUrl twice is refused', async () => {
    const twice = [creation(patient('B-11')), creation(patient('B-12'))].map(entry => named(urn(2), entry));
    expect((await send(...twice)).map(ruleOf)).toEqual([undefined, 'bundle-entry-malformed']);
  });
});

describe('a body that is no batch or transaction', () => {
  test.each([
    ['no JSON', '{"resourceType":"Bundle"', 400, 'json-malformed'],
    [
      'broken inside of an entry',
      '{"resourceType":"Bundle","type":"batch","entry":[{"request":}]}',
      400,
      'json-malformed',
    ],
    [
      'broken inside of a resource',
      '{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"a":}}]}',
      400,
      'json-malformed',
    ],
    ['broken between entries', '{"resourceType":"Bundle","type":"batch","entry":[{} {}]}', 400, 'json-malformed'],
    ['a comma too many', '{"resourceType":"Bundle","type":"batch","entry":[{},]}', 400, 'json-malformed'],
    ['brackets that do not match', '{"resourceType":"Bundle","type":"batch","entry":[{}}}', 400, 'json-malformed'],
    ['something behind it', '{"resourceType":"Bundle","type":"batch","entry":[]} x', 400, 'json-malformed'],
    ['empty', '', 400, 'json-malformed'],
    ['a list', '[]', 400, 'json-not-resource'],
    ['entries that are no list', '{"resourceType":"Bundle","type":"batch","entry":{}}', 400, 'json-not-resource'],
    ['an entry that is no object', '{"resourceType":"Bundle","type":"batch","entry":[1]}', 400, 'json-not-resource'],
    ['a name twice', '{"resourceType":"Bundle","type":"batch","type":"batch"}', 400, 'json-duplicate-key'],
    ['a Patient', JSON.stringify(patient('x')), 400, 'bundle-malformed'],
    ['a searchset', JSON.stringify(bundle('searchset')), 400, 'bundle-malformed'],
    ['without a type', '{"resourceType":"Bundle"}', 400, 'bundle-malformed'],
    ['with an unknown element', '{"resourceType":"Bundle","type":"batch","entrys":[]}', 422, 'element-unknown'],
    ['with a total', '{"resourceType":"Bundle","type":"batch","total":1}', 422, 'invariant-failed'],
  ])('%s is refused', async (_what, body, status, rule) => {
    expectOutcome(await server.post('/', body), status, rule);
  });

  test('bytes that are not UTF-8 are refused', async () => {
    const body = Buffer.concat([Buffer.from('{"resourceType":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expectOutcome(await server.post('/', body), 400, 'json-encoding');
  });

  test('a name that stands twice in an entry or its resource is told', async () => {
    const twice = '{"resourceType":"Patient","gender":"male","gender":"male"}';
    const body = `{"resourceType":"Bundle","type":"batch","entry":[{"resource":${twice},"request":{"method":"POST","url":"Patient"}}]}`;
    const { body: answer } = await server.post('/', body);
    expect((answer.entry as { response: JsonObject }[])[0]!.response).toMatchObject({ status: '400 Bad Request' });
  });
});

describe('limits', () => {
  test('of entries, of bytes, of one resource, of depth', async () => {
    const small = await startServer({
      KIUNGO_MAX_BUNDLE_ENTRIES: '3',
      KIUNGO_MAX_BUNDLE_BYTES: '4096',
      KIUNGO_MAX_RESOURCE_BYTES: '2048',
    });
    try {
      const entries = (count: number) => Array.from({ length: count }, () => reading('Patient/none'));
      expect((await small.post('/', bundle('batch', ...entries(3)))).status).toBe(200);
      const [fault] = expectOutcome(
        await small.post('/', bundle('batch', ...entries(4))),
        422,
        'bundle-too-many-entries',
      );
      expect(fault!.text).toContain('more than 3 entries');
      expectOutcome(await small.post('/', `${' '.repeat(4096)}{}`), 413, 'body-too-large');
      const large = creation(patient('L', { name: [{ family: 'x'.repeat(2048) }] }));
      const [refused] = await sendBundle(small, 'batch', [large]);
      expect([refused!.status, ruleOf(refused!)]).toEqual([413, 'body-too-large']);
    } finally {
      await small.app.close();
    }
    const deep = JSON.parse(`${'{"extension":['.repeat(40)}{}${']}'.repeat(40)}`) as JsonObject;
    const [refused] = await send(creation({ ...deep, resourceType: 'Patient' }));
    expect([refused!.status, ruleOf(refused!)]).toEqual([400, 'json-too-deep']);
  });
});

test('a batch asks for what the server can do, and calls operations', async () => {
  await server.put('Patient/op-1', patient('OP-1', { id: 'op-1' }));
  const { status, text, body } = await server.post(
    '',
    bundle(
      'batch',
      asking('GET', 'metadata'),
      asking('GET', 'Patient/op-1/$meta'),
      asking('POST', 'Patient/$validate', patient('OP-2')),
      asking('GET', 'ValueSet/administrative-gender/$expand?filter=fem'),
    ),
    { prefer: 'return=minimal' },
  );
  expect(status, text).toBe(200);
  const { entry } = body as unknown as { entry: { resource: Resource; response: { status: string } }[] };
  expect(entry.map(({ response }) => response.status)).toEqual(Array(4).fill('200 OK'));
  expect(entry.map(({ resource }) => resource.resourceType)).toEqual([
    'CapabilityStatement',
    'Parameters',
    'OperationOutcome',
    'ValueSet',
  ]);
});
