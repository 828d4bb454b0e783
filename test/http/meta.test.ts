import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/fhir/resource.ts';
import { expectOutcome } from './expect-outcome.ts';
import { patient, written } from './resources.ts';
import { type Answer, useServer } from './start-server.ts';

const server = useServer();
const tag = (code: string, more: JsonObject = {}): JsonObject => ({
  system: 'https://example.org/tags',
  code,
  ...more,
});
const given = (meta: JsonObject) => ({ resourceType: 'Parameters', parameter: [{ name: 'meta', valueMeta: meta }] });
const metaIn = ({ body }: Answer): JsonObject | undefined =>
  (body.parameter as unknown as [{ name: 'return'; valueMeta: JsonObject }] | undefined)?.[0].valueMeta;

test('what is added to the meta of a resource is there once, in a new version', async () => {
  const { headers } = await server.put('Patient/m-1', patient('M-1', { id: 'm-1', meta: { tag: [tag('a')] } }));
  expect(headers.etag).toBe('W/"1"');
  const added = await server.post('Patient/m-1/$meta-add', given({ tag: [tag('b'), tag('a', { display: 'A' })] }));
  expect({ status: added.status, etag: added.headers.etag }).toEqual({ status: 200, etag: 'W/"2"' });
  expect(metaIn(added)).toMatchObject({ versionId: '2', tag: [tag('a'), tag('b')] });
  expect((await server.get('Patient?_tag=b')).body.total).toBe(1);
  const again = await server.post('Patient/m-1/$meta-add', given({ tag: [tag('b')] }));
  expect({ status: again.status, etag: again.headers.etag }).toEqual({ status: 200, etag: 'W/"2"' });
  expect(metaIn(again)).toEqual(metaIn(added));
});

test('what is taken away is told by system and code; what is not there is no error', async () => {
  const removed = await server.post(
    'Patient/m-1/$meta-delete',
    given({ versionId: '9', tag: [{ code: 'a' }, tag('b'), tag('z')] }),
  );
  expect({ status: removed.status, etag: removed.headers.etag }).toEqual({ status: 200, etag: 'W/"3"' });
  expect(metaIn(removed)).toMatchObject({ versionId: '3', tag: [tag('a')] });
  expect((await server.get('Patient?_tag=b')).body.total).toBe(0);
  expect(metaIn(await server.post('Patient/m-1/$meta-delete', given({ tag: [tag('a')] })))).not.toHaveProperty('tag');
});

test('the rest of the resource stays as it was written', async () => {
  const extension = [{ url: 'https://example.org/height', valueDecimal: written('1.70') }];
  await server.put('Patient/m-2', patient('M-2', { id: 'm-2', extension }));
  await server.post('Patient/m-2/$meta-add', given({ security: [tag('secret')] }));
  expect((await server.get('Patient/m-2')).text).toContain('"valueDecimal":1.70');
});

test('a profile that the resource does not meet is refused', async () => {
  const refused = await server.post(
    'Patient/m-2/$meta-add',
    given({ profile: ['https://openimis.github.io/openimis_fhir_r4_ig/StructureDefinition/openimis-claim'] }),
  );
  expectOutcome(refused, 422, 'profile-type');
  expect((await server.get('Patient/m-2')).headers.etag).toBe('W/"2"');
});

test('the meta of a resource, of a type and of the system', async () => {
  await server.put('Basic/m-3', { resourceType: 'Basic', id: 'm-3', code: { text: 'n' }, meta: { tag: [tag('c')] } });
  const lists = { security: [tag('secret')], tag: [tag('c')] };
  expect(metaIn(await server.get('Patient/m-2/$meta'))).toMatchObject({ versionId: '2', security: lists.security });
  expect(metaIn(await server.get('Patient/$meta'))).toEqual({ security: lists.security });
  expect(metaIn(await server.post('Basic/$meta', { resourceType: 'Parameters' }))).toEqual({ tag: lists.tag });
  expect(metaIn(await server.get('$meta'))).toMatchObject(lists);
  expect(metaIn(await server.get('Group/$meta'))).toBeUndefined();
  expect(metaIn(await server.get('StructureDefinition/kiungo-claim/$meta'))).toBeUndefined();
});

test('what is asked for wrongly is told', async () => {
  expectOutcome(await server.get('Patient/never/$meta'), 404, 'resource-unknown');
  expectOutcome(await server.post('Patient/never/$meta-add', given({ tag: [tag('a')] })), 404, 'resource-unknown');
  await server.put('Patient/m-4', patient('M-4', { id: 'm-4' }));
  await server.delete('Patient/m-4');
  expectOutcome(await server.get('Patient/m-4/$meta'), 410, 'resource-deleted');
  expectOutcome(await server.post('Patient/m-4/$meta-delete', given({ tag: [tag('a')] })), 410, 'resource-deleted');
  expectOutcome(
    await server.post('Patient/m-2/$meta-add', { resourceType: 'Parameters' }),
    400,
    'operation-parameter-missing',
  );
  const wrong = { resourceType: 'Parameters', parameter: [{ name: 'meta', valueString: 'a' }] };
  expectOutcome(await server.post('Patient/m-2/$meta-add', wrong), 400, 'operation-parameter-invalid');
  expectOutcome(await server.post('Patient/m-2/$meta-add', given({ tag: ['x'] })), 422, 'type-wrong');
  expectOutcome(await server.get('Patient/$meta?colour=red'), 400, 'operation-parameter-unknown');
});

test('two additions at once are both there', async () => {
  await server.put('Patient/m-5', patient('M-5', { id: 'm-5' }));
  await Promise.all(['x', 'y', 'z'].map(code => server.post('Patient/m-5/$meta-add', given({ tag: [tag(code)] }))));
  const { tag: tags } = metaIn(await server.get('Patient/m-5/$meta'))!;
  expect((tags as JsonObject[]).map(({ code }) => code).sort()).toEqual(['x', 'y', 'z']);
});
