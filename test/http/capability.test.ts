import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CapabilityStatement, CapabilityStatementRest, CapabilityStatementRestResource } from 'fhir/r4.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import plainR4 from '../../capability-statements/r4.json' with { type: 'json' };
import { operations } from '../../src/operations/operations.ts';
import { expectOutcome, methodsOf } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { type Answer, startServer, type TestServer, useServer } from './start-server.ts';

/** A request that shows whether an interaction is offered, without knowing a valid body: what it answers when it is. */
interface Probe {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  path: string;
  offered: number;
  rule?: string;
}

const EMPTY = Buffer.from('{}');
const UNKNOWN = 'probed-and-not-there';

/** By R4's code of the interaction; those that no code is there for are never offered. */
const PROBES: Record<string, Probe[]> = {
  read: [{ method: 'get', path: `/${UNKNOWN}`, offered: 404, rule: 'resource-unknown' }],
  vread: [{ method: 'get', path: `/${UNKNOWN}/_history/1`, offered: 404, rule: 'version-unknown' }],
  create: [{ method: 'post', path: '', offered: 400, rule: 'json-not-resource' }],
  update: [{ method: 'put', path: `/${UNKNOWN}`, offered: 400, rule: 'json-not-resource' }],
  patch: [{ method: 'patch', path: `/${UNKNOWN}`, offered: 400, rule: 'patch-malformed' }],
  delete: [{ method: 'delete', path: `/${UNKNOWN}`, offered: 204 }],
  'history-instance': [{ method: 'get', path: `/${UNKNOWN}/_history`, offered: 404, rule: 'resource-unknown' }],
  'history-type': [{ method: 'get', path: '/_history', offered: 200 }],
  'search-type': [
    { method: 'get', path: '?_count=1', offered: 200 },
    { method: 'post', path: '/_search', offered: 200 },
  ],
};

/** A value that a search parameter of a type takes. */
const VALUES: Record<string, string> = {
  token: 'https://example.org/system|code',
  reference: 'Basic/1',
  string: 'Mwamba',
  date: 'ge2024-02-29',
  uri: 'https://example.org/ValueSet/a',
  number: 'gt5.4',
  quantity: '5.4|http://unitsofmeasure.org|mg',
  composite: 'https://example.org/system|code$2024',
  special: '-2.5|32.9|10|km',
};

/** Of parameters that take only some values. */
const CODES: Record<string, Record<string, string>> = {
  _id: { any: '1' },
  resourceType: { any: 'ca', Invoice: 'bill' },
};

const PARALLEL = 16;

const inParallel = async <T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> => {
  const rest = [...items];
  const worker = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
};

const lastStep = (url: string): string => url.slice(url.lastIndexOf('/') + 1);
const R4_TYPES = plainR4.rest[0]!.resource.map(({ type }) => type);

describe.each(['openimis', 'r4'])('the served CapabilityStatement of %s', name => {
  const server = useServer({ KIUNGO_CAPABILITIES: name });
  let rest: CapabilityStatementRest = { mode: 'server' };
  let resources: CapabilityStatementRestResource[] = [];
  let patchFormats: readonly string[] = [];

  const send = ({ method, path }: Probe, type: string): Promise<Answer> => {
    const withBody = method === 'put' || method === 'patch' || (method === 'post' && path !== '/_search');
    return server.send(method, type + path, withBody ? EMPTY : undefined);
  };

  beforeAll(async () => {
    const { status, headers, body } = await server.get('metadata');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/fhir+json; charset=utf-8');
    const statement = body as unknown as CapabilityStatement;
    expect(statement).toMatchObject({ kind: 'instance', fhirVersion: '4.0.1', implementation: { url: server.url } });
    const [instantiated] = statement.instantiates!;
    expect((await server.get(`CapabilityStatement/${lastStep(instantiated!)}`)).body.url).toBe(instantiated);
    expect(statement.rest).toHaveLength(1);
    rest = statement.rest![0]!;
    resources = rest.resource!;
    patchFormats = statement.patchFormat!;
  });

  test('is true of every type and interaction, claimed or not', async () => {
    const cells = R4_TYPES.flatMap(type => {
      const claimed = resources.find(resource => resource.type === type);
      return Object.entries(PROBES).flatMap(([code, probes]) =>
        probes.map(probe => ({
          type,
          code,
          probe,
          claimed,
          offered: claimed?.interaction?.some(each => each.code === code),
        })),
      );
    });
    expect(cells.length).toBeGreaterThan(1400);
    await inParallel(cells, async ({ type, code, probe, claimed, offered }) => {
      const answer = await send(probe, type);
      if (claimed === undefined) expectOutcome(answer, 404, 'type-unknown');
      else if (!offered) {
        expectOutcome(answer, 405, 'interaction-not-enabled');
        expect(answer.headers.allow?.split(', '), `${code} ${type}`).not.toContain(probe.method.toUpperCase());
      } else if (probe.rule !== undefined) expectOutcome(answer, probe.offered, probe.rule);
      else expect(answer.status, `${code} ${type}`).toBe(probe.offered);
    });
  });

  test('claims conditional reads of every type that is read', async () => {
    const claims = resources.filter(({ conditionalRead }) => conditionalRead === 'full-support');
    expect(claims).toEqual(resources.filter(({ interaction = [] }) => interaction.some(({ code }) => code === 'read')));
    const { body, headers } = await server.post('Patient', patient('conditional'));
    for (const [header, value] of [
      ['if-none-match', headers.etag!],
      ['if-modified-since', headers['last-modified']!],
    ] as const) {
      expect((await server.get(`Patient/${body.id}`, { [header]: value })).status).toBe(304);
    }
  });

  test('is true of writes by search parameters, which are refused without any', async () => {
    const cells = resources.flatMap(({ type, interaction = [], conditionalUpdate, conditionalDelete }) => {
      const has = (code: string): boolean => interaction.some(each => each.code === code);
      return [
        { type, method: 'put', offered: has('update') && conditionalUpdate === true },
        { type, method: 'patch', offered: has('patch') && conditionalUpdate === true },
        { type, method: 'delete', offered: has('delete') && conditionalDelete === 'single' },
      ] as const;
    });
    expect(cells.filter(({ offered }) => offered).length).toBeGreaterThan(90);
    await inParallel(cells, async ({ type, method, offered }) => {
      const headers = method === 'patch' ? { 'content-type': 'application/merge-patch+json' } : {};
      const answer = await server.send(method, type, method === 'delete' ? undefined : EMPTY, headers);
      if (offered) expectOutcome(answer, 400, 'criteria-missing');
      else expectOutcome(answer, 405, 'interaction-not-enabled');
    });
  });

  test('names the formats of patches, which are taken', async () => {
    expect(patchFormats).toEqual([
      'application/json-patch+json',
      'application/merge-patch+json',
      'application/fhir+json',
    ]);
    for (const format of patchFormats) {
      const answer = await server.send('patch', `Patient/${UNKNOWN}`, '7', { 'content-type': format });
      expectOutcome(answer, 400, 'patch-malformed');
    }
  });

  test('claims nothing that no probe is known for', () => {
    const codes = resources.flatMap(({ interaction = [] }) => interaction.map(({ code }) => code));
    expect([...new Set(codes)].filter(code => PROBES[code] === undefined)).toEqual([]);
  });

  test('is true of the whole system', async () => {
    const claimed = rest.interaction?.map(({ code }) => code) ?? [];
    for (const [code, method, path] of [
      ['search-system', 'get', '/'],
      ['search-system', 'get', '/?_type=Patient'],
      ['batch', 'post', '/'],
      ['transaction', 'post', '/'],
      ['history-system', 'get', '/_history'],
    ] as const) {
      const answer = await server.send(method, path, method === 'post' ? EMPTY : undefined);
      if (!claimed.includes(code)) expectOutcome(answer, 405, 'interaction-not-enabled');
      else if (method === 'post') expectOutcome(answer, 400, 'bundle-malformed');
      else expect(answer.status, code).toBe(200);
    }
    expect(claimed).toEqual(['transaction', 'batch', 'search-system', 'history-system']);
  });

  test('names search parameters that can be used, with definitions that can be read', async () => {
    const uses = resources.flatMap(({ type: resourceType, searchParam = [] }) =>
      searchParam.map(parameter => ({ resourceType, ...parameter })),
    );
    expect(uses.length).toBeGreaterThan(300);
    await inParallel(uses, async ({ resourceType, name: code, type }) => {
      const value = CODES[code]?.[resourceType] ?? CODES[code]?.any ?? VALUES[type];
      expect(value, `a value for ${code} of type ${type}`).toBeDefined();
      const { status, text } = await server.get(`${resourceType}?${code}=${encodeURIComponent(value!)}`);
      expect({ status, text }, `${code} of ${resourceType}`).toEqual({ status: 200, text });
    });
    const definitions = new Set(uses.map(({ definition }) => definition!));
    await inParallel([...definitions], async url => {
      expect((await server.get(`SearchParameter/${lastStep(url)}`)).body.url).toBe(url);
    });
  });

  test('names profiles that can be read', async () => {
    const profiles = new Set(
      resources.flatMap(({ profile, supportedProfile = [] }) => [...(profile ? [profile] : []), ...supportedProfile]),
    );
    if (name === 'openimis') expect(profiles.size).toBeGreaterThan(40);
    await inParallel([...profiles], async url => {
      const { status, body } = await server.get(`StructureDefinition/${lastStep(url)}`);
      expect({ status, url: body.url }).toEqual({ status: 200, url });
    });
  });

  test('names operations that are there with their definition, at its levels, and no others are there', async () => {
    const codes = [...operations.keys(), 'lastn'];
    const cells = [undefined, ...resources].flatMap(resource =>
      codes.map(code => ({ resource, code, claimed: (resource ?? rest).operation?.find(each => each.name === code) })),
    );
    expect(cells.some(({ code, claimed }) => code === 'submit' && claimed !== undefined)).toBe(name === 'openimis');
    expect(rest.operation?.map(each => each.name)).toEqual(['validate', 'meta']);
    const definitions = new Map<string, Promise<Answer>>();
    const definitionOf = (url: string): Promise<Answer> => {
      const asked = definitions.get(url) ?? server.get(`OperationDefinition/${lastStep(url)}`);
      definitions.set(url, asked);
      return asked;
    };
    await inParallel([...cells.entries()], async ([number, { resource, code, claimed }]) => {
      const { body: definition } = claimed === undefined ? { body: undefined } : await definitionOf(claimed.definition);
      if (claimed !== undefined) expect(definition).toMatchObject({ url: claimed.definition, code });
      for (const level of resource === undefined ? (['system'] as const) : (['type', 'instance'] as const)) {
        // What is claimed nowhere is looked for at one of the two levels, by turns: they are thousands.
        const isTurn = level === (['type', 'instance'] as const)[number % 2];
        if (claimed === undefined && resource !== undefined && !isTurn) continue;
        const path = { system: '', type: `${resource?.type}/`, instance: `${resource?.type}/${UNKNOWN}/` }[level];
        const posted = await server.post(`${path}$${code}`, EMPTY);
        if (definition?.[level] !== true) {
          expectOutcome(posted, 404, 'operation-unknown');
          continue;
        }
        expectOutcome(posted, 400, 'json-not-resource');
        const { affectsState } = operations.get(code)!;
        const got = await server.get(`${path}$${code}`);
        if (affectsState) expect(methodsOf(got), `${path}$${code}`).toBe('POST');
        expect(got.status === 405, `${path}$${code}`).toBe(affectsState);
        const put = await server.put(`${path}$${code}`, EMPTY);
        expectOutcome(put, 405, 'interaction-not-enabled');
        expect(methodsOf(put)).toBe(affectsState ? 'POST' : 'GET, POST');
      }
    });
  }, 60_000);
});

describe('a capability file of the operator', () => {
  let folder: string;
  let server: TestServer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kiungo-capability-'));
    const interaction = ['read', 'create', 'update'].map(code => ({ code }));
    const statement = {
      resourceType: 'CapabilityStatement',
      status: 'active',
      date: '2026-01-01',
      kind: 'requirements',
      fhirVersion: '4.0.1',
      format: ['json'],
      rest: [
        { mode: 'server', resource: [{ type: 'Patient', interaction, updateCreate: false, conditionalCreate: false }] },
      ],
    };
    await writeFile(join(folder, 'mine.json'), JSON.stringify(statement));
    server = await startServer({ KIUNGO_CAPABILITIES: join(folder, 'mine.json') });
  });
  afterAll(async () => {
    await server.app.close();
    await rm(folder, { recursive: true });
  });

  test('switches off ids that clients choose, and conditional creates', async () => {
    const { status, body } = await server.post('Patient', { resourceType: 'Patient' });
    expect(status).toBe(201);
    expect((await server.put(`Patient/${body.id}`, { ...body, active: true })).status).toBe(200);
    expectOutcome(await server.put('Patient/mine', patient('1', { id: 'mine' })), 405, 'update-create-refused');
    const answer = await server.post('Patient', patient('1'), { 'if-none-exist': 'identifier=1' });
    expectOutcome(answer, 400, 'header-malformed');
  });

  test('switches off updates and deletes by search parameters, and patches', async () => {
    const allowed = async (method: 'put' | 'patch' | 'delete', path: string): Promise<string> => {
      const answer = await server.send(method, path, method === 'delete' ? undefined : EMPTY);
      expectOutcome(answer, 405, 'interaction-not-enabled');
      return methodsOf(answer);
    };
    expect(await allowed('put', 'Patient?identifier=1')).toBe('POST');
    expect(await allowed('delete', 'Patient?identifier=1')).toBe('POST');
    expect(await allowed('patch', 'Patient/1')).toBe('GET, PUT');
  });

  test('is what /metadata tells and what the server does', async () => {
    const { body } = await server.get('metadata');
    expect(body.rest).toMatchObject([
      { resource: [{ type: 'Patient', updateCreate: false, conditionalCreate: false }] },
    ]);
    expectOutcome(await server.get('Patient'), 405, 'interaction-not-enabled');
    const history = await server.get('_history');
    expectOutcome(history, 405, 'interaction-not-enabled');
    expect(methodsOf(history)).toBe('');
    expectOutcome(await server.get('Claim/1'), 404, 'type-unknown');
  });
});
