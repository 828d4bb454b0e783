import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createTar } from 'nanotar';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { storeUrl } from '../store-url.ts';
import { type Answer, startServer, type TestServer } from './start-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'parameters-'));
const environment = { KIUNGO_CAPABILITIES: 'r4', KIUNGO_STORE: storeUrl(folder) };
const PATIENTS = 400;
let server: TestServer;

const patient = (i: number): Resource => ({
  resourceType: 'Patient',
  id: `p${i}`,
  multipleBirthInteger: i % 4,
  maritalStatus: { text: `state ${i % 3}` },
});

beforeAll(async () => {
  server = await startServer(environment);
  const entry = Array.from({ length: PATIENTS }, (_, i) => ({
    resource: patient(i),
    request: { method: 'PUT', url: `Patient/p${i}` },
  }));
  const { status } = await server.post('', { resourceType: 'Bundle', type: 'transaction', entry });
  expect(status).toBe(200);
});
afterAll(async () => {
  await server.app.close();
  rmSync(folder, { recursive: true });
});

const parameter = (id: string, more: JsonObject = {}): Resource => ({
  resourceType: 'SearchParameter',
  id,
  url: `https://scheme.example/SearchParameter/${id}`,
  name: 'Test',
  status: 'active',
  description: 'A test',
  code: id,
  base: ['Patient'],
  type: 'number',
  expression: '(Patient.multipleBirth as integer)',
  ...more,
});

const put = async (resource: Resource, status: number): Promise<Answer> => {
  const answer = await server.put(`${resource.resourceType}/${resource.id}`, resource);
  expect(answer.status, answer.text).toBe(status);
  return answer;
};

/** The answer as soon as all is indexed, and how often that had to be waited for. */
const searched = async (query: string): Promise<{ status: number; total: unknown; waited: number; text: string }> => {
  for (let waited = 0; ; waited++) {
    const { status, body, text } = await server.get(`Patient?${query}&_total=accurate&_count=1`);
    if (status !== 409) return { status, total: body.total, waited, text };
    expect(text).toMatch(/is being indexed, \d\d? %/);
  }
};

const claimed = async (): Promise<{ codes: string[]; indexing: string[] }> => {
  const { body } = await server.get('metadata');
  const { resource } = (body.rest as unknown as { resource: JsonObject[] }[])[0]!;
  const type = resource.find(each => each.type === 'Patient') as unknown as {
    searchParam: { name: string }[];
    extension?: { url: string; extension: { valueCode?: string }[] }[];
  };
  return {
    codes: type.searchParam.map(({ name }) => name),
    indexing: (type.extension ?? []).flatMap(({ extension }) => extension[0]?.valueCode ?? []),
  };
};

describe('a search parameter that is posted', () => {
  test('is refused until all resources are indexed by it, and told by /metadata; others are searched by meanwhile', async () => {
    await put(parameter('birth-order'), 201);
    const refused = await server.get('Patient?birth-order=2');
    expect(refused.status, refused.text).toBe(409);
    expect(refused.headers['retry-after']).toBe('5');
    expect((await server.get('Patient?_has:Observation:subject:status=final&birth-order=2')).status).toBe(409);
    expect((await server.get('Patient?_sort=birth-order', { prefer: 'handling=lenient' })).status).toBe(409);
    const during = await claimed();
    expect(during.indexing).toEqual(['birth-order']);
    expect(during.codes).not.toContain('birth-order');
    expect((await server.get('Patient?_id=p1')).body.total).toBe(1);
    // What is written meanwhile is found by both.
    await put({ ...patient(1), multipleBirthInteger: 2 }, 200);
    expect(await searched('birth-order=2')).toMatchObject({ status: 200, total: PATIENTS / 4 + 1 });
    expect((await searched('birth-order=2&_id=p1')).total).toBe(1);
    expect((await searched('birth-order:missing=true')).total).toBe(0);
    const after = await claimed();
    expect(after.indexing).toEqual([]);
    expect(after.codes).toContain('birth-order');
    expect((await server.get('Patient?_sort=-birth-order&_count=1')).body.total).toBe(PATIENTS);
    await put(patient(1), 200);
  });

  test('finds by what it says after a change, and nothing once it is deleted', async () => {
    await put(parameter('mood', { type: 'string', expression: 'Patient.maritalStatus.text' }), 201);
    expect((await searched('mood=state 1')).total).toBe(133);
    await put(parameter('mood', { type: 'string', expression: 'Patient.name' }), 200);
    expect((await searched('mood=state 1')).total).toBe(0);
    expect((await server.delete('SearchParameter/mood')).status).toBe(204);
    const gone = await searched('mood=state 1');
    expect(gone.status).toBe(400);
    expect(gone.text).toContain('has no search parameter \\"mood\\"');
    // Written without it, and found when it is there again.
    await put({ ...patient(3), maritalStatus: { text: 'state 1' } }, 200);
    await put(parameter('mood', { type: 'string', expression: 'Patient.maritalStatus.text' }), 201);
    expect(await searched('mood=state 1')).toMatchObject({ status: 200, total: 134 });
  });

  test.each([
    ['an expression that is not FHIRPath', { expression: 'Patient.name.(' }, 'not FHIRPath'],
    [
      'an element that is not there',
      { expression: 'Patient.nmae.family' },
      'There is no element `Patient.nmae.family`',
    ],
    ['a type that does not fit', { type: 'date', expression: 'Patient.name' }, 'leads to HumanName'],
    ['another base than its expression', { base: ['Claim'] }, 'No part of it begins at `Claim`'],
    ['no expression', { expression: undefined }, 'no expression'],
    ['a code that is taken', { code: 'birthdate' }, '`birthdate` of Patient is the search parameter'],
    [
      'a code that all types have',
      { code: 'status', base: ['DomainResource'], type: 'token', expression: 'DomainResource.text.status' },
      'is the search parameter',
    ],
    ['a code of R4', { code: '_mine' }, "R4's own"],
    [
      'a composite of what is not known',
      {
        type: 'composite',
        expression: 'Patient',
        component: [
          { definition: 'https://x.example/a', expression: 'id' },
          { definition: 'https://x.example/b', expression: 'id' },
        ],
      },
      'Its components must be',
    ],
  ])('is refused with %s', async (_, more, text) => {
    const { expression, ...rest } = more as JsonObject;
    const resource = parameter('wrong', rest);
    if ('expression' in more) {
      if (expression === undefined) delete resource.expression;
      else resource.expression = expression;
    }
    const answer = await put(resource, 422);
    expect(answer.text).toContain('definition-unusable');
    expect(answer.text).toContain(text);
  });

  test('cannot replace a loaded one, take the code of a posted one, or go while a composite is made of it', async () => {
    const url = 'http://hl7.org/fhir/SearchParameter/individual-birthdate';
    expect((await put(parameter('theirs', { url, version: '4.0.1' }), 409)).text).toContain('definition-loaded');
    await put(parameter('state', { type: 'token', expression: 'Patient.maritalStatus' }), 201);
    expect((await put(parameter('state-too', { code: 'state' }), 422)).text).toContain('is the search parameter');
    const component = ['state', 'birth-order'].map(code => ({
      definition: `https://scheme.example/SearchParameter/${code}`,
      expression: code === 'state' ? 'maritalStatus' : 'multipleBirth.as(integer)',
    }));
    await put(parameter('state-order', { type: 'composite', expression: 'Patient', component }), 201);
    expect((await server.delete('SearchParameter/state')).status).toBe(409);
    expect((await server.delete('SearchParameter/state-order')).status).toBe(204);
    expect((await server.delete('SearchParameter/state')).status).toBe(204);
  });

  test('goes on being indexed where a process has stopped', async () => {
    await put(parameter('again', { expression: '(Patient.multipleBirth as integer)' }), 201);
    while ((await server.get('Patient?again=1')).text.includes(' 0 %'));
    await server.app.close();
    server = await startServer(environment);
    expect((await searched('again=1')).total).toBe(PATIENTS / 4);
    const { text } = await server.get(server.url.replace('/fhir', '/metrics'));
    const reindexed = Number(/kiungo_store\{figure="resourcesReindexed"\} (\d+)/.exec(text)![1]);
    expect(reindexed).toBeLessThan(PATIENTS);
    expect(server.log.join('')).toContain('Resources are indexed');
  });
});

test('a search parameter of a package is indexed by after the restart that loads it', async () => {
  const file = join(folder, 'guide.tgz');
  const json = (name: string, content: JsonObject) => ({ name: `package/${name}`, data: JSON.stringify(content) });
  const guide = { name: 'x.guide', version: '1.0.0', fhirVersions: ['4.0.1'] };
  const own = parameter('of-guide', { type: 'string', expression: 'Patient.maritalStatus.text' });
  writeFileSync(file, gzipSync(createTar([json('package.json', guide), json('SearchParameter-of-guide.json', own)])));
  await server.app.close();
  server = await startServer({ ...environment, KIUNGO_PACKAGES: file });
  expect(await searched('of-guide=state 2')).toMatchObject({ status: 200, total: 133 });
  await server.app.close();
  server = await startServer(environment);
  expect((await searched('of-guide=state 2')).status).toBe(400);
});
