import { beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { expectOutcome } from './expect-outcome.ts';
import { linkOf, resourcesOf, useServer } from './start-server.ts';

const server = useServer({ KIUNGO_CAPABILITIES: 'r4' });

const observation = (id: string, more: JsonObject): Resource => ({
  ...{ resourceType: 'Observation', id, status: 'final', code: { text: 'weight' } },
  ...more,
});
const of = (reference: string): JsonObject => ({ reference });

beforeAll(async () => {
  const resources: Resource[] = [
    { resourceType: 'Patient', id: 'a' },
    { resourceType: 'Patient', id: 'b', link: [{ other: of('Patient/a'), type: 'seealso' }] },
    observation('o1', { subject: of('Patient/a'), effectiveDateTime: '2026-01-01' }),
    observation('o2', { performer: [of('Patient/a')], subject: of('Patient/b'), effectiveDateTime: '2026-02-01' }),
    observation('o3', { subject: of('Patient/b') }),
    { resourceType: 'Flag', id: 'f', status: 'active', code: { text: 'x' }, subject: of('Patient/a') },
    { resourceType: 'Organization', id: 'org', name: 'Org' },
  ];
  for (const resource of resources) {
    const { status, text } = await server.put(`${resource.resourceType}/${resource.id}`, resource);
    expect(status, text).toBe(201);
  }
});

const found = async (path: string): Promise<string> => {
  const { status, body, text } = await server.get(path);
  expect(status, text).toBe(200);
  return resourcesOf(body)
    .map(({ id }) => id)
    .join(' ');
};

describe('a search within what belongs to a patient', () => {
  test.each([
    ['Patient/a/Observation', 'o1 o2'],
    ['Patient/b/Observation', 'o2 o3'],
    ['Patient/a/Observation?date=ge2026-02-01', 'o2'],
    ['Patient/a/Observation?_sort=-date&_count=1', 'o2'],
    ['Patient/a/Patient', 'a b'],
    ['Patient/a/*', 'a b o1 o2 f'],
    ['Patient/a/*?_lastUpdated=gt2020-01-01&_count=2', 'a b'],
    ['Patient/a/Coverage', ''],
    ['Patient/a/Flag?_summary=count', ''],
  ])('%s', async (path, ids) => {
    expect(await found(path)).toBe(ids);
  });

  test('has pages of its own', async () => {
    const first = await server.get('Patient/a/Observation?_count=1');
    expect(linkOf(first.body, 'self')).toBe(`${server.url}/Patient/a/Observation?_count=1`);
    expect(await found(linkOf(first.body, 'next')!)).toBe('o2');
    const elsewhere = linkOf(first.body, 'next')!.replace('Patient/a', 'Patient/b');
    expectOutcome(await server.get(elsewhere), 400, 'cursor-invalid');
  });

  test('is 404 where there is no such patient, and where nothing of the type belongs to one', async () => {
    expectOutcome(await server.get('Patient/nobody/Observation'), 404, 'resource-unknown');
    const { text } = await server.get('Patient/a/Organization');
    expect(text).toContain('Organization is no type that belongs to a Patient. These do: Account, ');
    expectOutcome(await server.get('Patient/a/Organization'), 404, 'path-unknown');
    expectOutcome(await server.get('Patient/a/observation'), 404, 'path-unknown');
    expectOutcome(await server.get('Organization/org/Patient'), 404, 'path-unknown');
  });

  test('is told by /metadata', async () => {
    const { body } = await server.get('metadata');
    expect((body.rest as unknown as { compartment: string[] }[])[0]!.compartment).toEqual([
      'http://hl7.org/fhir/CompartmentDefinition/patient',
    ]);
  });
});
