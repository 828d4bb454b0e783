import { beforeAll, describe, expect, test } from 'vitest';
import { eligibilityRequest, malariaClaim } from '../../scripts/demo/requests.ts';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { expectOutcome } from './expect-outcome.ts';
import { written } from './resources.ts';
import { loadScheme, useServer, YEAR } from './start-server.ts';

const server = useServer({ KIUNGO_CLAIM_MODE: 'forward' });
const DAY = `${YEAR}-06-03`;

beforeAll(() => loadScheme(server));

const claim = (number: string): Resource => ({
  ...malariaClaim(DAY),
  identifier: [{ ...(malariaClaim(DAY).identifier as JsonObject[])[0]!, value: number }],
});

describe('Claim/$submit', () => {
  test.each<[string, (resource: Resource) => JsonObject]>([
    ['a Claim', resource => resource],
    ['Parameters with one', resource => ({ resourceType: 'Parameters', parameter: [{ name: 'resource', resource }] })],
    ['a Bundle with one', resource => ({ resourceType: 'Bundle', type: 'collection', entry: [{ resource }] })],
  ])('takes %s and answers with its ClaimResponse', async (what, wrap) => {
    const { status, headers, body, text } = await server.post('Claim/$submit', wrap(claim(`S-${what}`)));
    expect(status, text).toBe(200);
    expect(body).toMatchObject({
      resourceType: 'ClaimResponse',
      outcome: 'queued',
      request: { reference: `Claim/${body.id}` },
    });
    expect(headers.etag).toBe('W/"1"');
    expect(text).toContain('"value":9.20,');
    const stored = await server.get(`Claim/${body.id}`);
    expect(stored.text).toContain('"value":0.1125');
    expect(stored.text).toContain('"value":4.00');
    expect(await server.get(`ClaimResponse/${body.id}`)).toMatchObject({ text });
    expect(await server.post('Claim/$submit', wrap(claim(`S-${what}`)))).toMatchObject({ status: 200, text });
  });

  test.each<[string, string, JsonObject]>([
    ['resource-type-mismatch', 'another resource', { resourceType: 'Patient' }],
    ['request-malformed', 'an empty Bundle', { resourceType: 'Bundle', type: 'collection' }],
    ['request-malformed', 'Parameters without a parameter', { resourceType: 'Parameters' }],
    [
      'operation-parameter-invalid',
      'Parameters without a resource',
      { resourceType: 'Parameters', parameter: [{ name: 'resource', valueString: 'x' }] },
    ],
    [
      'operation-parameter-unknown',
      'a parameter of another name',
      { resourceType: 'Parameters', parameter: [{ name: 'claim', resource: malariaClaim(DAY) }] },
    ],
    [
      'request-malformed',
      'two claims',
      {
        resourceType: 'Bundle',
        type: 'collection',
        entry: [{ resource: malariaClaim(DAY) }, { resource: malariaClaim(DAY) }],
      },
    ],
    [
      'request-malformed',
      'a claim with its patient',
      {
        resourceType: 'Bundle',
        type: 'collection',
        entry: [{ resource: malariaClaim(DAY) }, { resource: { resourceType: 'Patient' } }],
      },
    ],
    ['request-malformed', 'entries that are no list', { resourceType: 'Bundle', type: 'collection', entry: {} }],
    ['json-not-resource', 'no resource', { claim: 'S-1' }],
  ])('%s: %s is refused', async (rule, _what, body) => {
    expectOutcome(await server.post('Claim/$submit', body), 400, rule);
  });

  test('refuses as a create does: every fault, in the claim, with its expression', async () => {
    const bad = { ...claim('S-bad'), status: 'sent', use: 'gift' };
    const faults = expectOutcome(
      await server.post('Claim/$submit', {
        resourceType: 'Parameters',
        parameter: [{ name: 'resource', resource: bad }],
      }),
      422,
      'code-not-in-value-set',
    );
    expect(faults.map(({ expression }) => expression).sort()).toEqual(['Claim.status', 'Claim.use']);
    expectOutcome(
      await server.post('Claim/$submit', { ...claim('S-a Claim'), use: 'preauthorization' }),
      409,
      'identity-taken',
    );
  });
});

describe('CoverageEligibilityRequest/$submit', () => {
  const ask = (patient: string, more: JsonObject = {}) =>
    server.post('CoverageEligibilityRequest/$submit', { ...eligibilityRequest(patient, DAY), ...more });

  test('answers with the cover in force on the asked day', async () => {
    const { status, body } = await ask('zuri-sadiki', { servicedDate: DAY });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      resourceType: 'CoverageEligibilityResponse',
      outcome: 'complete',
      request: { reference: `CoverageEligibilityRequest/${body.id}` },
      insurance: [{ coverage: { reference: 'Coverage/zuri-sadiki-cover' }, inforce: true }],
    });
    expect((await server.get(`CoverageEligibilityResponse/${body.id}`)).body).toEqual(body);
    expect((await server.get(`CoverageEligibilityRequest/${body.id}`)).status).toBe(200);
  });

  test('says in plain words that there is none', async () => {
    for (const [person, day] of [
      ['baraka-lungu', DAY],
      ['zuri-sadiki', `${YEAR + 40}-06-03`],
    ] as const) {
      const { body } = await ask(person, { servicedDate: day });
      expect(body.disposition).toMatch(/^Not covered on /);
      expect((body.insurance as { inforce: boolean }[] | undefined)?.some(({ inforce }) => inforce) ?? false).toBe(
        false,
      );
    }
  });

  test('refuses a patient that is not there', async () => {
    const faults = expectOutcome(await ask('not-here'), 422, 'reference-not-found');
    expect(faults).toMatchObject([{ expression: 'CoverageEligibilityRequest.patient' }]);
  });

  test('the request that is created, not submitted, has its answer too', async () => {
    const { status, body } = await server.post('CoverageEligibilityRequest', eligibilityRequest('zuri-sadiki', DAY));
    expect(status).toBe(201);
    expect((await server.get(`CoverageEligibilityResponse/${body.id}`)).status).toBe(200);
  });
});

test('an amount in another currency stays as it was written in claim and answer', async () => {
  const item = malariaClaim(DAY)
    .item.slice(0, 1)
    .map(line => ({ ...line, unitPrice: { value: written('1.0E2'), currency: 'TZS' } }));
  const inShillings = { ...claim('S-TZS'), item, total: { value: 100, currency: 'TZS' } };
  const { body, text } = await server.post('Claim/$submit', inShillings);
  expect(text).toMatch(/"value":100(\.0+)?,"currency":"TZS"/);
  expect((await server.get(`Claim/${body.id}`)).text).toContain('"value":1.0E2');
});
