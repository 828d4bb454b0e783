import { expect, test } from 'vitest';
import { malariaClaim } from '../../scripts/demo/requests.ts';
import { expectOutcome } from './expect-outcome.ts';
import { resourcesOf, useServer } from './start-server.ts';

const server = useServer({ KIUNGO_CAPABILITIES: 'r4' });

test('a claim is stored like any resource: no answer, no identity, no reference that must resolve', async () => {
  const first = await server.post('Claim', malariaClaim('2026-06-03'));
  const second = await server.post('Claim', malariaClaim('2026-06-03'));
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(second.body.id).not.toBe(first.body.id);
  expectOutcome(await server.get(`ClaimResponse/${first.body.id}`), 404, 'resource-unknown');
  expect(resourcesOf((await server.get('Claim?patient=Patient/zuri-sadiki')).body)).toHaveLength(2);
});

test('$submit is not there', async () => {
  expectOutcome(await server.post('Claim/$submit', malariaClaim('2026-06-03')), 404, 'operation-unknown');
});

test('only R4 itself is asked of a resource, and of one that claims a profile, the profile', async () => {
  expect((await server.post('Patient', { resourceType: 'Patient' })).status).toBe(201);
  const profile = 'https://kiungo.example/fhir/StructureDefinition/kiungo-patient';
  const faults = expectOutcome(
    await server.post('Patient', { resourceType: 'Patient', meta: { profile: [profile] } }),
    422,
    'cardinality-min',
  );
  expect(faults.map(({ expression }) => expression)).toContain('Patient.identifier');
});

test('types that have nothing to do with insurance work as all others', async () => {
  const { status, body } = await server.put('Observation/o-1', {
    resourceType: 'Observation',
    id: 'o-1',
    status: 'final',
    code: { text: 'weight' },
    subject: { reference: 'Patient/not-here' },
  });
  expect({ status, id: body.id }).toEqual({ status: 201, id: 'o-1' });
  expect(resourcesOf((await server.get('Observation?subject=Patient/not-here')).body)).toHaveLength(1);
});

test('a definition that the server was started with can be neither patched nor replaced by its url', async () => {
  const merge = { 'content-type': 'application/merge-patch+json' };
  expectOutcome(await server.send('patch', 'StructureDefinition/Patient', {}, merge), 409, 'definition-loaded');
  const { body } = await server.get('ValueSet/administrative-gender');
  const byUrl = `ValueSet?url=${encodeURIComponent(String(body.url))}`;
  const { id: _id, ...valueSet } = body;
  expectOutcome(await server.put(byUrl, valueSet), 409, 'definition-loaded');
});

test('a posted definition is judged by as it is patched', async () => {
  const url = 'https://example.org/ValueSet/patched';
  const valueSet = {
    resourceType: 'ValueSet',
    url,
    status: 'active',
    compose: { include: [{ system: 'https://example.org/codes', concept: [{ code: 'a' }] }] },
  };
  const created = await server.put(`ValueSet?url=${url}`, valueSet);
  expect(created.status, created.text).toBe(201);
  const has = async (code: string): Promise<unknown> => {
    const query = `url=${url}&system=https://example.org/codes&code=${code}`;
    const { body } = await server.get(`ValueSet/$validate-code?${query}`);
    return (body.parameter as { name: string; valueBoolean: boolean }[])[0]!.valueBoolean;
  };
  expect([await has('a'), await has('b')]).toEqual([true, false]);
  const patched = await server.send(
    'patch',
    `ValueSet/${created.body.id}`,
    '[{"op":"add","path":"/compose/include/0/concept/-","value":{"code":"b"}}]',
    { 'content-type': 'application/json-patch+json' },
  );
  expect(patched.status, patched.text).toBe(200);
  expect([await has('a'), await has('b')]).toEqual([true, true]);
});
