import { beforeAll, describe, expect, test } from 'vitest';
import { malariaClaim } from '../../scripts/demo/requests.ts';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { expectOutcome } from './expect-outcome.ts';
import { loadScheme, resourcesOf, useServer, YEAR } from './start-server.ts';

const claim = (number: string, more: JsonObject = {}): Resource => {
  const base = malariaClaim(`${YEAR}-06-03`);
  const [identifier] = base.identifier as JsonObject[];
  return { ...base, identifier: [{ ...identifier!, value: number }], ...more };
};

const replaces = (id: string): JsonObject => ({
  related: [
    {
      claim: { reference: `Claim/${id}` },
      relationship: { coding: [{ system: 'http://hl7.org/fhir/document-relationship-type', code: 'replaces' }] },
    },
  ],
});

const server = useServer();
beforeAll(() => loadScheme(server));

const send = async (resource: Resource): Promise<string> => {
  const { status, body, text } = await server.post('Claim', resource);
  expect(status, text).toBe(201);
  return String(body.id);
};
const statusOf = async (reference: string): Promise<unknown> => (await server.get(reference)).body.status;

describe('who takes a step with a claim', () => {
  const by = (practitioner: string, ...more: JsonObject[]): JsonObject => ({
    resourceType: 'Parameters',
    parameter: [{ name: 'practitioner', valueString: practitioner }, ...more],
  });

  test('stands in a Provenance of what came of it, with the reason', async () => {
    const id = await send(claim('W-1'));
    const { body: people } = await server.get('Practitioner?_count=1');
    const [officer] = resourcesOf(people);
    const who = `Practitioner/${officer!.id}`;
    const line = {
      name: 'line',
      part: [
        { name: 'sequence', valuePositiveInt: 2 },
        { name: 'decision', valueCode: 'reject' },
        { name: 'reason', valueString: 'test was negative' },
      ],
    };
    const { body: reviewed } = await server.post(`Claim/${id}/$review`, by(who, line));
    expect(JSON.stringify(reviewed.processNote)).toContain('(test was negative)');
    expect((await server.post(`Claim/${id}/$process`, by(who))).status).toBe(200);
    const reason = { name: 'reason', valueString: 'wrong patient' };
    const { status, body: reversed, text } = await server.post(`Claim/${id}/$reverse`, by(who, reason));
    expect(status, text).toBe(200);
    expect(JSON.stringify(reversed.processNote)).toContain('(test was negative)');
    const { body: cancelled } = await server.post(`Claim/${id}/$cancel`, by(who, reason));
    expect(cancelled).toMatchObject({ status: 'cancelled' });
    expect(JSON.stringify(cancelled.processNote)).toContain('Cancelled: wrong patient');
    expect(await statusOf(`Claim/${id}`)).toBe('cancelled');
    const told = resourcesOf((await server.get(`Provenance?target=ClaimResponse/${id}&_sort=_lastUpdated`)).body);
    expect(
      told.map(({ target, activity, reason: why, agent }) =>
        [target, activity, why, agent].map(e => JSON.stringify(e)),
      ),
    ).toEqual(
      [
        ['review', 2],
        ['process', 3],
        ['reverse', 4],
        ['cancel', 5],
      ].map(([code, version]) => [
        JSON.stringify([{ reference: `ClaimResponse/${id}/_history/${version}` }]),
        JSON.stringify({ coding: [{ system: 'https://kiungo.example/fhir/CodeSystem/insurance-step', code }] }),
        Number(version) > 3 ? JSON.stringify([{ text: 'wrong patient' }]) : undefined,
        JSON.stringify([{ who: { reference: who } }]),
      ]),
    );
  });

  test('must be known here, or the step is not taken', async () => {
    const id = await send(claim('W-2'));
    const refused = await server.post(`Claim/${id}/$cancel`, by('Practitioner/nobody'));
    expectOutcome(refused, 422, 'reference-not-found');
    expectOutcome(
      await server.post(`Claim/${id}/$cancel`, by('Patient/zuri-sadiki')),
      400,
      'operation-parameter-invalid',
    );
    expect(await statusOf(`Claim/${id}`)).toBe('active');
  });
});

describe('a claim that replaces another one', () => {
  test('withdraws it in the same unit, and is the same again when it is sent again', async () => {
    const first = await send(claim('W-3'));
    const corrected = claim('W-4', replaces(first));
    const second = await send(corrected);
    expect(await statusOf(`Claim/${first}`)).toBe('cancelled');
    const { body: answer } = await server.get(`ClaimResponse/${first}`);
    expect(answer.status).toBe('cancelled');
    expect(JSON.stringify(answer.processNote)).toContain(`Replaced by Claim/${second}.`);
    const again = await server.post('Claim', corrected);
    expect([again.status, again.body.id]).toEqual([200, second]);
    expectOutcome(await server.post('Claim', claim('W-5', replaces(first))), 409, 'identity-taken');
  });

  test('does so in a transaction too, also of what comes along with it', async () => {
    const earlier = '0f9a6c1e-7c61-4b7e-9d5a-2f6f3f1f0001';
    const entry = (fullUrl: string, resource: Resource): JsonObject => ({
      fullUrl: `urn:uuid:${fullUrl}`,
      resource,
      request: { method: 'POST', url: 'Claim' },
    });
    const related = [{ ...(replaces('x').related as JsonObject[])[0]!, claim: { reference: `urn:uuid:${earlier}` } }];
    const { status, body, text } = await server.post('', {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [entry(earlier, claim('W-6')), entry('0f9a6c1e-7c61-4b7e-9d5a-2f6f3f1f0002', claim('W-7', { related }))],
    });
    expect(status, text).toBe(200);
    const [first, second] = (body.entry as unknown as { response: { location: string } }[]).map(
      ({ response }) => /Claim\/[^/]+/.exec(response.location)![0],
    );
    expect([await statusOf(first!), await statusOf(second!)]).toEqual(['cancelled', 'active']);
  });

  test('is refused where the other is of another provider, unheard of, or named without a reference', async () => {
    const first = await send(claim('W-8'));
    const { body: facilities } = await server.get('Organization?type=prov');
    const other = resourcesOf(facilities).find(
      ({ id }) => `Organization/${id}` !== (claim('x').provider as JsonObject).reference,
    )!;
    const elsewhere = claim('W-9', { ...replaces(first), provider: { reference: `Organization/${other.id}` } });
    expectOutcome(await server.post('Claim', elsewhere), 422, 'claim-related-invalid');
    expectOutcome(await server.post('Claim', claim('W-9', replaces('unheard-of'))), 422, 'reference-not-found');
    const related = [{ ...(replaces('x').related as JsonObject[])[0]!, claim: { display: 'that one' } }];
    expectOutcome(await server.post('Claim', claim('W-9', { related })), 422, 'claim-reference-required');
    expect(await statusOf(`Claim/${first}`)).toBe('active');
  });
});
