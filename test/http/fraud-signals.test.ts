import { beforeAll, describe, expect, test } from 'vitest';
import { malariaClaim } from '../../scripts/demo/requests.ts';
import { addDays } from '../../src/fhir/calendar.ts';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { clockRules } from '../../src/insurance/clock-rules.ts';
import { turnClock } from '../../src/operations/turn-clock.ts';
import { expectOutcome } from './expect-outcome.ts';
import { loadScheme, resourcesOf, useServer, YEAR } from './start-server.ts';

const DAY = `${YEAR}-06-03`;
const claim = (number: string, more: JsonObject = {}): Resource & { item: JsonObject[] } => {
  const base = malariaClaim(DAY);
  const [identifier] = base.identifier as JsonObject[];
  return { ...base, identifier: [{ ...identifier!, value: number }], ...more };
};

const server = useServer({ KIUNGO_CLOCK_MINUTES: '0' });
beforeAll(() => loadScheme(server));

const send = async (resource: Resource): Promise<string> => {
  const { status, body, text } = await server.post('Claim', resource);
  expect(status, text).toBe(201);
  return String(body.id);
};

interface FlagFacts extends Resource {
  code: { coding: [{ code: string }]; text: string };
  identifier: [{ value: string }];
  subject: JsonObject;
  extension: { valueReference: { reference: string } }[];
}

const flagsOf = async (about: string): Promise<FlagFacts[]> =>
  (resourcesOf((await server.get('Flag?_count=100')).body) as FlagFacts[]).filter(({ identifier }) =>
    identifier[0].value.includes(`|${about}`),
  );
const textsOf = async (id: string): Promise<Record<string, string>> =>
  Object.fromEntries((await flagsOf(`Claim/${id}`)).map(({ code }) => [code.coding[0].code, code.text]));
const screen = async (path: string): Promise<Record<string, unknown>> => {
  const { status, body, text } = await server.post(path, '');
  expect(status, text).toBe(200);
  const parameters = body.parameter as { name: string; valueInteger?: number }[];
  return Object.fromEntries(parameters.map(({ name, valueInteger }) => [name, valueInteger]));
};

describe('a claim that somebody should look at', () => {
  test('is flagged once for each rule, with the numbers, and paid all the same', async () => {
    const { item } = claim('x');
    const dear = item.map((line, index) =>
      index === 0 ? { ...line, quantity: { value: 3 }, unitPrice: { value: 4.5, currency: 'USD' } } : line,
    );
    const { total: _total, ...odd } = claim('V-1', { item: dear });
    const id = await send(odd as Resource);
    const { body: before } = await server.get(`ClaimResponse/${id}`);
    const elsewhere = await send(claim('V-2', { provider: { reference: 'Organization/kelindo-dispensary' } }));
    expect(await screen(`Claim/${id}/$screen`)).toMatchObject({ screened: 1, raised: 3 });
    const texts = await textsOf(id);
    const code = 'ActivityDefinition/outpatient-consultation';
    expect(texts['impossible-quantity']).toBe(`In 1 day line 1 claims 3 of ${code}, at most 1 can be given.`);
    expect(texts['price-above-list']).toBe(`On ${DAY} line 1 asks 4.50 USD for one ${code}, the list says 4.00 USD.`);
    expect(texts['duplicate-claim']).toContain(`at Organization/kelindo-dispensary (Claim/${elsewhere})`);
    const [flag] = await flagsOf(`Claim/${id}`);
    expect(flag).toMatchObject({ status: 'active', subject: { reference: 'Organization/tamaro-health-centre' } });
    expect(flag!.extension[0]!.valueReference.reference).toBe(`Claim/${id}`);
    expect(await screen(`Claim/${id}/$screen`)).toMatchObject({ screened: 1, raised: 0 });
    expect((await server.get(`ClaimResponse/${id}`)).body).toEqual(before);
  });

  test('is found among all that were answered since a day, and reviewed flags are not raised again', async () => {
    const { body: patient } = await server.get('Patient/juma-sadiki');
    const { meta: _meta, ...plain } = patient;
    const died = { ...plain, deceasedDateTime: `${YEAR}-05-30` } as Resource;
    expect((await server.put('Patient/juma-sadiki', died)).status).toBe(200);
    const id = await send(
      claim('V-3', {
        patient: { reference: 'Patient/juma-sadiki' },
        insurance: [{ sequence: 1, focal: true, coverage: { reference: 'Coverage/juma-sadiki-cover' } }],
      }),
    );
    expect(Number((await screen(`Claim/$screen?since=${YEAR}-01-01`)).raised)).toBeGreaterThan(0);
    expect(await textsOf(id)).toEqual({
      'service-after-death': `Services are claimed for ${DAY}; the patient is recorded to have died by ${YEAR}-05-30.`,
    });
    const [flag] = await flagsOf(`Claim/${id}`);
    expect((await server.put(`Flag/${flag!.id}`, { ...flag!, status: 'inactive' })).status).toBe(200);
    expect(await screen('Claim/$screen')).toMatchObject({ raised: 0 });
    expectOutcome(await server.post('Claim/$screen?since=june', ''), 400, 'operation-parameter-invalid');
    expectOutcome(await server.post('Claim/unheard-of/$screen', ''), 404, 'resource-unknown');
  });
});

test('a facility that claims much more often than it used to is flagged, once a month', async () => {
  const today = '2031-09-15';
  const claims = (count: number, from: string): Resource[] =>
    Array.from({ length: count }, (_none, index) =>
      claim(`${from}-${index}`, {
        created: addDays(from, index % 20),
        provider: { reference: 'Organization/sumbe-hospital' },
        status: 'active',
        use: 'claim',
      }),
    );
  const entry = [...claims(45, '2031-06-01'), ...claims(31, '2031-08-20')].map(resource => ({
    resource,
    request: { method: 'POST', url: 'Claim' },
  }));
  const { status, text } = await server.post('', { resourceType: 'Bundle', type: 'batch', entry });
  expect(status, text).toBe(200);
  const rules = clockRules.filter(({ code }) => code === 'facility-volume');
  expect(await turnClock(server.app.deps, rules, { today })).toBe(1);
  expect(await turnClock(server.app.deps, rules, { today: addDays(today, 1) })).toBe(0);
  const [flag] = await flagsOf('Organization/sumbe-hospital');
  expect(flag!.code.text).toBe(
    '31 claims from 2031-08-16 to 2031-09-14; in the 90 days before there were 45, which is 15 in 30 days.',
  );
});
