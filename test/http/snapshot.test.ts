import { beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { profile, urlOf } from '../../src/validation/test-profiles.ts';
import { expectOutcome } from './expect-outcome.ts';
import { useServer } from './start-server.ts';

const server = useServer({ KIUNGO_CAPABILITIES: 'r4' });

const weighed = profile('weighed', 'Observation', [['Observation.subject', { min: 1 }]]);
const operation = 'StructureDefinition/$snapshot';
const shipped = 'https://kiungo.example/fhir/StructureDefinition/kiungo-claim';

const minOf = ({ snapshot }: Resource, element: string): unknown =>
  (snapshot as { element: { id: string; min: number }[] } | undefined)?.element.find(({ id }) => id === element)?.min;

beforeAll(async () => {
  expect((await server.put('StructureDefinition/weighed', weighed)).status).toBe(201);
});

describe('StructureDefinition/$snapshot', () => {
  test('gives a stored profile with its snapshot, by its id or its url, and stores nothing', async () => {
    const byId = await server.get('StructureDefinition/weighed/$snapshot');
    expect([byId.status, byId.body.id, minOf(byId.body, 'Observation.subject')]).toEqual([200, 'weighed', 1]);
    const byUrl = await server.get(`${operation}?url=${urlOf('weighed')}`);
    expect(minOf(byUrl.body, 'Observation.subject')).toBe(1);
    const stored = await server.get('StructureDefinition/weighed');
    expect(stored.body).not.toHaveProperty('snapshot');
    expect(stored.headers.etag).toBe('W/"1"');
  });

  test('gives a loaded definition with its snapshot', async () => {
    for (const path of ['StructureDefinition/kiungo-claim/$snapshot', `${operation}?url=${shipped}`]) {
      const { status, body } = await server.get(path);
      expect([status, body.url, minOf(body, 'Claim.identifier')]).toEqual([200, shipped, 1]);
    }
    const base = await server.get('StructureDefinition/Claim/$snapshot');
    expect(minOf(base.body, 'Claim.status')).toBe(1);
  });

  test('takes the definition itself, and makes the snapshot of its differential anew', async () => {
    const sent = (min: number): JsonObject => profile('sent', 'Observation', [['Observation.issued', { min }]]);
    const parameters = { resourceType: 'Parameters', parameter: [{ name: 'definition', resource: sent(1) }] };
    const first = await server.post(operation, sent(1));
    expect(minOf(first.body, 'Observation.issued')).toBe(1);
    expect((await server.post(operation, parameters)).text).toBe(first.text);
    // R4's elements are kept without prose: without what a snapshot must say, and without the reasons that modifiers need.
    const { element } = first.body.snapshot as { element: JsonObject[] };
    const told = element.filter(({ isModifier }) => isModifier !== true).map(each => ({ ...each, definition: 'Told' }));
    const snapshot = { element: told };
    const again = await server.post(operation, { ...first.body, snapshot, differential: sent(0).differential! });
    expect([again.status, minOf(again.body, 'Observation.issued')]).toEqual([200, 0]);
    expectOutcome(await server.get('StructureDefinition/sent'), 404, 'resource-unknown');
  });

  test.each<[string, JsonObject | undefined, number, string]>([
    ['StructureDefinition/none/$snapshot', undefined, 404, 'resource-unknown'],
    [`${operation}?url=${urlOf('none')}`, undefined, 404, 'resource-unknown'],
    [operation, undefined, 400, 'request-malformed'],
    [operation, { resourceType: 'Patient' }, 400, 'resource-type-mismatch'],
    [operation, { resourceType: 'StructureDefinition' }, 422, 'cardinality-min'],
    [operation, profile('p', 'Observation', [['Observation.nowhere', {}]]), 422, 'definition-unusable'],
    [operation, { ...weighed, derivation: 'specialization' }, 422, 'definition-unusable'],
  ])('%s with %j is refused', async (path, body, status, rule) => {
    expectOutcome(body === undefined ? await server.get(path) : await server.post(path, body), status, rule);
  });
});
