import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createTar } from 'nanotar';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { extension, profile, urlOf } from '../../src/validation/test-profiles.ts';
import { storeUrl } from '../store-url.ts';
import { expectOutcome } from './expect-outcome.ts';
import { resourcesOf, startServer, type TestServer } from './start-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'posted-'));
const environment = { KIUNGO_CAPABILITIES: 'r4', KIUNGO_STORE: storeUrl(folder) };
let server: TestServer;
beforeAll(async () => {
  server = await startServer(environment);
});
afterAll(async () => {
  await server.app.close();
  rmSync(folder, { recursive: true });
});

const observation = (name: string, more: JsonObject = {}): Resource => ({
  resourceType: 'Observation',
  meta: { profile: [urlOf(name)] },
  status: 'final',
  code: { text: 'weight' },
  ...more,
});

/** A profile that asks for an element of an Observation. */
const asking = (name: string, element: string, more: JsonObject = {}): Resource => ({
  ...profile(name, 'Observation', [[`Observation.${element}`, { min: 1 }]]),
  resourceType: 'StructureDefinition',
  ...more,
});

const put = async (resource: JsonObject, status: number): Promise<void> => {
  const answer = await server.put(`${resource.resourceType}/${resource.id}`, resource);
  expect(answer.status, answer.text).toBe(status);
};

/** Status of an Observation that claims a profile, and the places of errors and warnings. */
const judged = async (name: string, more: JsonObject = {}): Promise<string> => {
  const { status, body } = await server.post('Observation', observation(name, more), {
    prefer: 'return=OperationOutcome',
  });
  const issues = Array.isArray(body.issue) ? (body.issue as { severity: string; expression?: string[] }[]) : [];
  const told = issues.filter(({ severity }) => severity !== 'information').map(issue => issue.expression?.[0]);
  return [status, ...told].join(' ');
};

describe('a profile that is posted', () => {
  test('is judged by from the next request on, as it is changed, until it is deleted', async () => {
    const unknown = '201 Observation.meta.profile[0]';
    expect(await judged('a')).toBe(unknown);
    await put(asking('a', 'subject'), 201);
    expect(await judged('a')).toBe('422 Observation.subject');
    await put(asking('a', 'issued'), 200);
    expect(await judged('a')).toBe('422 Observation.issued');
    expect(await judged('a', { issued: '2026-06-01T10:00:00Z' })).toBe('201');
    expect((await server.delete('StructureDefinition/a')).status).toBe(204);
    expect(await judged('a')).toBe(unknown);
    await put(asking('a', 'subject'), 201);
    expect(await judged('a')).toBe('422 Observation.subject');
  });

  test('is named in the refusal of what breaks it', async () => {
    await put(
      profile('named', 'Observation', [
        [
          'Observation',
          {
            constraint: [
              { key: 'nm-1', severity: 'error', human: 'A subject is named.', expression: 'subject.exists()' },
            ],
          },
        ],
      ]),
      201,
    );
    const [issue] = expectOutcome(await server.post('Observation', observation('named')), 422, 'invariant-failed');
    expect(issue).toMatchObject({ expression: 'Observation', text: expect.stringContaining('A subject is named.') });
  });

  test('is known after a restart, and served as it was sent', async () => {
    await put(asking('kept', 'subject', { version: '1.0' }), 201);
    await server.app.close();
    server = await startServer(environment);
    expect(await judged('kept')).toBe('422 Observation.subject');
    expect(await judged('kept', { meta: { profile: [`${urlOf('kept')}|1.0`] } })).toBe('422 Observation.subject');
    const { meta: _, ...read } = (await server.get('StructureDefinition/kept')).body;
    expect(read).toEqual(asking('kept', 'subject', { version: '1.0' }));
  });

  test('gives way, with a warning, to a guide that is loaded at a later start', async () => {
    await put(asking('guided', 'subject'), 201);
    await server.app.close();
    const file = join(folder, 'guide.tgz');
    const data = JSON.stringify(asking('guided', 'issued'));
    writeFileSync(file, gzipSync(createTar([{ name: 'package/StructureDefinition-guided.json', data }])));
    server = await startServer({ ...environment, KIUNGO_PACKAGES: file });
    expect(await judged('guided')).toBe('422 Observation.issued');
    const warnings = server.log.map(line => JSON.parse(line)).filter(({ level }) => level === 40);
    expect(warnings).toMatchObject([{ definition: 'StructureDefinition/guided', file: expect.stringContaining(file) }]);
    await server.app.close();
    server = await startServer(environment);
    expect(await judged('guided')).toBe('422 Observation.subject');
  });

  test('is known when another process has stored it, though nobody asked this one', async () => {
    const { store, now } = server.app.deps;
    const key = { resourceType: 'StructureDefinition', id: 'elsewhere', versionId: 1, lastUpdated: now() };
    const text = JSON.stringify(asking('elsewhere', 'subject'));
    await store.commit({ changes: [{ ...key, method: 'PUT', text, index: [] }] });
    await expect.poll(() => judged('elsewhere'), { timeout: 10_000 }).toBe('422 Observation.subject');
  });

  test('may be posted without an id of its own', async () => {
    const { status, body } = await server.post('StructureDefinition', asking('posted', 'subject'));
    expect(status).toBe(201);
    expect(body.id).not.toBe('posted');
    expect(await judged('posted')).toBe('422 Observation.subject');
    expect((await server.delete(`StructureDefinition/${body.id}`)).status).toBe(204);
  });

  test.each(['draft', 'active', 'retired', 'unknown'])('counts when its status is %s', async status => {
    await put(asking(`is-${status}`, 'subject', { status }), 201);
    expect(await judged(`is-${status}`)).toBe('422 Observation.subject');
  });
});

describe('an extension, a value set and a code system', () => {
  test('are known from the next request on', async () => {
    const coloured = { extension: [{ url: urlOf('colour'), valueCode: 'red' }] };
    expect(await judged('none', coloured)).toBe('201 Observation.meta.profile[0]');
    const binding = { strength: 'required', valueSet: urlOf('colours') };
    await put(extension('colour', ['code'], { binding }), 201);
    await put(
      {
        resourceType: 'ValueSet',
        id: 'colours',
        url: urlOf('colours'),
        status: 'active',
        compose: { include: [{ system: urlOf('paints') }] },
      },
      201,
    );
    const paints = (...codes: string[]): JsonObject => ({
      resourceType: 'CodeSystem',
      id: 'paints',
      url: urlOf('paints'),
      status: 'active',
      content: 'complete',
      caseSensitive: true,
      concept: codes.map(code => ({ code })),
    });
    await put(paints('green'), 201);
    expect(await judged('none', coloured)).toContain('422 Observation.extension[0].value');
    await put(paints('green', 'red'), 200);
    expect(await judged('none', coloured)).toBe('201 Observation.meta.profile[0]');
    const { body } = await server.get(`ValueSet/$expand?url=${urlOf('colours')}`);
    expect(body.expansion).toMatchObject({ total: 2, contains: [{ code: 'green' }, { code: 'red' }] });
    expect((await server.delete('ValueSet/colours')).status).toBe(204);
    expect(await judged('none', { extension: [{ url: urlOf('colour'), valueCode: 'blue' }] })).toMatch(/^201/);
  });
});

describe('a definition is refused', () => {
  const of = async (resource: JsonObject, status: number, rule: string): Promise<unknown> => {
    const [issue] = expectOutcome(await server.put(`${resource.resourceType}/${resource.id}`, resource), status, rule);
    return issue;
  };
  const genders: JsonObject = {
    resourceType: 'ValueSet',
    id: 'mine',
    url: 'http://hl7.org/fhir/ValueSet/administrative-gender',
    version: '5.0.0',
    status: 'active',
  };

  test('that is not valid itself', async () => {
    const { status: _, ...incomplete } = asking('b', 'subject');
    expect(await of(incomplete, 422, 'cardinality-min')).toMatchObject({ expression: 'StructureDefinition.status' });
  });

  test('that would replace one of R4, by its url or by its id', async () => {
    expect(await of(genders, 409, 'definition-loaded')).toMatchObject({ expression: 'ValueSet.url' });
    const patient = asking('Patient', 'subject');
    expect(await of(patient, 409, 'definition-loaded')).toMatchObject({ expression: 'StructureDefinition.id' });
    const shipped = 'https://kiungo.example/fhir/StructureDefinition/kiungo-claim';
    expect(await of(asking('b', 'subject', { url: shipped }), 409, 'definition-loaded')).toMatchObject({
      text: expect.stringContaining(shipped),
    });
    expect((await server.get('StructureDefinition/Patient')).body.url).toMatch(/^http:\/\/hl7.org/);
  });

  test('whose base is not known', async () => {
    const lost = asking('b', 'subject', { baseDefinition: urlOf('nowhere') });
    expect(await of(lost, 422, 'definition-unusable')).toMatchObject({
      expression: 'StructureDefinition.baseDefinition',
      text: expect.stringContaining(urlOf('nowhere')),
    });
  });

  test('whose element is nowhere in its base', async () => {
    const wrong = profile('b', 'Observation', [
      ['Observation', {}],
      ['Observation.subjekt', { min: 1 }],
    ]);
    expect(await of(wrong, 422, 'definition-unusable')).toMatchObject({
      expression: 'StructureDefinition.differential.element[1]',
      text: expect.stringContaining('Observation.subjekt: there is no element subjekt'),
    });
  });

  test('that is for another type than its base', async () => {
    const wrong = asking('b', 'subject', { baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient' });
    expect(await of(wrong, 422, 'definition-unusable')).toMatchObject({ expression: 'StructureDefinition.type' });
  });

  test('whose url and version another one has; sent again it is the same', async () => {
    const first = asking('first', 'subject', { version: '1' });
    await put(first, 201);
    const second = { ...first, id: 'second', title: 'Another' };
    expect(await of(second, 409, 'identity-taken')).toMatchObject({
      expression: 'StructureDefinition.url',
      text: expect.stringContaining(
        `url ${urlOf('first')} and version 1 is stored already as StructureDefinition/first`,
      ),
    });
    await put({ ...second, version: '2' }, 201);
    expect((await server.post('StructureDefinition', first)).body.id).toBe('first');
  });

  test('or deleted or changed, when others could not be without it', async () => {
    const slicing = { slicing: { discriminator: [{ type: 'value', path: 'text' }], rules: 'open' } };
    const base = profile('base', 'Observation', [
      ['Observation.category', slicing],
      ['Observation.category:kind', { sliceName: 'kind' }],
    ]);
    const middle = asking('middle', 'subject', { baseDefinition: urlOf('base') });
    const derived = {
      ...profile('derived', 'Observation', [['Observation.category:kind', { sliceName: 'kind', min: 1 }]]),
      baseDefinition: urlOf('middle'),
    };
    await put(base, 201);
    await put(middle, 201);
    await put(derived, 201);
    const needed = expectOutcome(await server.delete('StructureDefinition/base'), 409, 'definition-needed');
    expect(needed[0]?.text).toContain(`${urlOf('middle')}, ${urlOf('derived')}`);
    expect(await of({ ...base, url: urlOf('moved') }, 409, 'definition-needed')).toBeDefined();
    await put(asking('base', 'issued'), 200);
    expect(await judged('derived')).toContain('Observation.issued');
    for (const id of ['derived', 'middle', 'base']) {
      expect((await server.delete(`StructureDefinition/${id}`)).status, id).toBe(204);
    }
  });
});

test('stored definitions are found by search', async () => {
  await put(asking('found', 'subject', { version: '7.7' }), 201);
  for (const query of ['version=7.7&status=active', `url=${urlOf('found')}`, 'name=found&type=Observation']) {
    const found = await server.get(`StructureDefinition?${query}`);
    expect(
      resourcesOf(found.body).map(({ id }) => id),
      query,
    ).toEqual(['found']);
  }
  const claiming = await server.post('Observation', observation('found', { subject: { reference: 'Patient/p' } }));
  const found = await server.get(`Observation?_profile=${urlOf('found')}`);
  expect(resourcesOf(found.body).map(({ id }) => id)).toEqual([claiming.body.id]);
});

test('while a profile changes, each write that claims it is judged by one of its forms', async () => {
  await put(asking('racing', 'subject'), 201);
  const writes = Array.from({ length: 50 }, () => judged('racing'));
  const changes = ['issued', 'subject', 'issued', 'subject'].map(element =>
    server.put('StructureDefinition/racing', asking('racing', element)),
  );
  const others = Array.from({ length: 50 }, () => judged('racing'));
  const statuses = (await Promise.all(changes)).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([200]));
  const answers = new Set(await Promise.all([...writes, ...others]));
  expect(
    [...answers].filter(answer => !['422 Observation.subject', '422 Observation.issued'].includes(answer)),
  ).toEqual([]);
});
