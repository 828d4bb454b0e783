import { beforeAll, describe, expect, test } from 'vitest';
import { malariaClaim, paymentNotice } from '../../scripts/demo/requests.ts';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { expectOutcome } from './expect-outcome.ts';
import { written } from './resources.ts';
import { linkOf, loadScheme, resourcesOf, useServer, YEAR } from './start-server.ts';

const server = useServer({ KIUNGO_CLAIM_MODE: 'forward' });
const DAY = `${YEAR}-06-03`;

beforeAll(() => loadScheme(server));

/** The demo's claim under a number of its own. */
const claim = (number: string, more: JsonObject = {}): Resource & { item: JsonObject[] } => {
  const base = malariaClaim(DAY);
  const [identifier] = base.identifier as JsonObject[];
  return { ...base, identifier: [{ ...identifier!, value: number }], ...more };
};

const countOf = async (query: string): Promise<number> => {
  const { body } = await server.get(query);
  expect(linkOf(body, 'next')).toBeUndefined();
  return resourcesOf(body).length;
};

test('an accepted claim gets its answer under the same id: queued, every line entered, totals exact', async () => {
  const { status, body } = await server.post('Claim', claim('T-1'));
  expect(status).toBe(201);
  const answer = await server.get(`ClaimResponse/${body.id}`);
  expect(answer.headers.etag).toBe('W/"1"');
  expect(answer.body).toMatchObject({
    outcome: 'queued',
    status: 'active',
    use: 'claim',
    patient: { reference: 'Patient/zuri-sadiki' },
    insurer: { reference: 'Organization/openIMIS-Implementation' },
    request: { reference: `Claim/${body.id}` },
  });
  const lines = answer.body.item as { itemSequence: number; adjudication: JsonObject[] }[];
  expect(lines.map(({ itemSequence, adjudication }) => [itemSequence, adjudication.length])).toEqual([
    [1, 1],
    [2, 1],
    [3, 1],
  ]);
  // 4.00 + 2.50 + 24 * 0.1125
  expect(answer.text).toContain('"amount":{"value":9.20,"currency":"USD"}');
  expect((answer.body.meta as JsonObject).lastUpdated).toBe((body.meta as JsonObject).lastUpdated);
});

test('sums are those of decimal numbers, not of binary ones', async () => {
  const item = malariaClaim(DAY).item.map((line, index) => ({
    ...line,
    quantity: { value: 1 },
    unitPrice: { value: written(['0.10', '0.20', '0.0000000000000003'][index]!), currency: 'USD' },
  }));
  const { total: _total, ...rest } = claim('T-2', { item });
  const { body } = await server.post('Claim', rest);
  const { text } = await server.get(`ClaimResponse/${body.id}`);
  expect(text).toContain('"amount":{"value":0.3000000000000003,"currency":"USD"}');
});

describe('a resent claim', () => {
  test('answers 200 with the first one and stores nothing', async () => {
    const first = await server.post('Claim', claim('R-1'));
    const before = await countOf('Claim?_count=1000');
    const again = await server.post(
      'Claim',
      claim('R-1', {
        id: 'other',
        text: { status: 'empty', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' },
      }),
    );
    expect({ status: again.status, id: again.body.id, etag: again.headers.etag }).toEqual({
      status: 200,
      id: first.body.id,
      etag: 'W/"1"',
    });
    expect(again.text).toBe(first.text);
    expect(await countOf('Claim?_count=1000')).toBe(before);
    expect((await server.get(`Claim/${first.body.id}/_history`)).body.total).toBe(1);
    expect((await server.get(`ClaimResponse/${first.body.id}/_history`)).body.total).toBe(1);
  });

  test('is the same with numbers written otherwise', async () => {
    const first = await server.post('Claim', claim('R-2'));
    const again = await server.post('Claim', claim('R-2', { total: { value: written('9.200'), currency: 'USD' } }));
    expect({ status: again.status, id: again.body.id }).toEqual({ status: 200, id: first.body.id });
  });

  test('is still the same after the claim was updated', async () => {
    const first = await server.post('Claim', claim('R-3'));
    const id = first.body.id!;
    const updated = await server.put(`Claim/${id}`, { ...claim('R-3'), id, status: 'cancelled' });
    expect(updated.status, updated.text).toBe(200);
    const again = await server.post('Claim', claim('R-3'));
    expect({ status: again.status, id: again.body.id, etag: again.headers.etag }).toEqual({
      status: 200,
      id,
      etag: 'W/"2"',
    });
    expect((await server.get(`ClaimResponse/${id}`)).body.status).toBe('cancelled');
  });

  test('with other content is a conflict that names the identifier and the claim that holds it', async () => {
    const first = await server.post('Claim', claim('R-4'));
    const [issue] = expectOutcome(
      await server.post('Claim', claim('R-4', { patient: { reference: 'Patient/juma-sadiki' } })),
      409,
      'identity-taken',
    );
    expect(issue).toMatchObject({
      expression: 'Claim.identifier[0]',
      text: expect.stringContaining(`identifier R-4 of the same provider is stored already as Claim/${first.body.id}`),
    });
    expect(await countOf('Claim?identifier=R-4')).toBe(1);
  });

  test('of another provider is another claim', async () => {
    const theirs = claim('R-4', { provider: { reference: 'Organization/sumbe-hospital' } });
    expect((await server.post('Claim', theirs)).status).toBe(201);
  });

  test('that arrives 32 times at once is stored once', async () => {
    const answers = await Promise.all(Array.from({ length: 32 }, () => server.post('Claim', claim('R-5'))));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(31).fill(200), 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await countOf('Claim?identifier=R-5')).toBe(1);
    expect(await countOf(`ClaimResponse?request=Claim/${answers[0]!.body.id}`)).toBe(1);
  });

  test('an identifier stays with its claim: another one may not take it by update', async () => {
    const other = await server.post('Claim', claim('R-6'));
    const id = other.body.id!;
    expectOutcome(await server.put(`Claim/${id}`, { ...claim('R-5'), id }), 409, 'identity-taken');
  });
});

describe('a claim that is refused', () => {
  test('names every reference that leads nowhere, by its place', async () => {
    const item = structuredClone(malariaClaim(DAY).item.map(line => JSON.parse(JSON.stringify(line)) as JsonObject));
    (item[2]!.extension as JsonObject[])[0]!.valueReference = { reference: 'Medication/not-here' };
    const bad = claim('B-1', {
      patient: { reference: 'Patient/not-here' },
      provider: { reference: 'Organization/not-here' },
      insurance: [{ sequence: 1, focal: true, coverage: { reference: 'Coverage/not-here' } }],
      item,
    });
    const faults = expectOutcome(await server.post('Claim', bad), 422, 'reference-not-found');
    expect(faults.map(({ expression }) => expression).sort()).toEqual([
      'Claim.insurance[0].coverage',
      'Claim.item[2].extension[0].value',
      'Claim.patient',
      'Claim.provider',
    ]);
    expect(faults.every(({ rule }) => rule === 'reference-not-found')).toBe(true);
    expect(await countOf('Claim?identifier=B-1')).toBe(0);
  });

  test('hears of references and of faults in one answer', async () => {
    const bad = claim('B-2', { status: 'sent', patient: { reference: 'Patient/not-here' } });
    const faults = expectOutcome(await server.post('Claim', bad), 422, 'code-not-in-value-set');
    expect(faults.map(({ rule }) => rule)).toContain('reference-not-found');
  });

  test('by the rules of insurance is 422 business-rule, and leaves neither claim nor answer', async () => {
    const responses = await countOf('ClaimResponse?_count=1000');
    const [first, ...rest] = claim('B-3').item;
    const twice = claim('B-3', { item: [first!, { ...rest[0]!, sequence: 1 }] });
    const faults = expectOutcome(await server.post('Claim', twice), 422, 'claim-line-sequence-repeated');
    expect(faults).toMatchObject([{ expression: 'Claim.item[1].sequence' }]);
    expect(await countOf('Claim?identifier=B-3')).toBe(0);
    expect(await countOf('ClaimResponse?_count=1000')).toBe(responses);
  });

  test('leaves its identifier free for the one that is right', async () => {
    expect((await server.post('Claim', claim('B-3'))).status).toBe(201);
  });
});

test('a deleted claim takes its answer along', async () => {
  const { body } = await server.post('Claim', claim('D-1'));
  expect((await server.delete(`Claim/${body.id}`)).status).toBe(204);
  expectOutcome(await server.get(`ClaimResponse/${body.id}`), 410, 'resource-deleted');
});

test('a claim that was judged can be cancelled, but not deleted and sent anew', async () => {
  const { body } = await server.post('Claim', claim('D-2'));
  const answer = await server.get(`ClaimResponse/${body.id}`);
  await server.put(`ClaimResponse/${body.id}`, { ...answer.body, outcome: 'complete' });
  expectOutcome(await server.delete(`Claim/${body.id}`), 422, 'claim-adjudicated');
  expect((await server.post('Claim', claim('D-2'))).body.id).toBe(body.id);
  expect((await server.put(`Claim/${body.id}`, { ...body, status: 'cancelled' })).status).toBe(200);
  expectOutcome(await server.delete(`Claim/${body.id}`), 422, 'claim-adjudicated');
  expect((await server.get(`ClaimResponse/${body.id}`)).body).toMatchObject({
    status: 'cancelled',
    outcome: 'complete',
  });
});

test('a claim is judged or deleted, never both, when both are asked for at once', async () => {
  for (let round = 0; round < 5; round++) {
    const { body } = await server.post('Claim', claim(`D-3-${round}`));
    const answer = await server.get(`ClaimResponse/${body.id}`);
    const etag = { 'if-match': 'W/"1"' };
    const [judged, deleted] = await Promise.all([
      server.put(`ClaimResponse/${body.id}`, { ...answer.body, outcome: 'complete' }, etag),
      server.delete(`Claim/${body.id}`),
    ]);
    expect([
      [200, 422],
      [412, 204],
    ]).toContainEqual([judged.status, deleted.status]);
  }
});

test('a payment notice is stored when what it pays is there', async () => {
  expect((await server.post('PaymentNotice', paymentNotice(DAY))).status).toBe(201);
  const unknown = { ...paymentNotice(DAY), request: { reference: 'Invoice/unheard-of' } };
  const faults = expectOutcome(await server.post('PaymentNotice', unknown), 422, 'reference-not-found');
  expect(faults).toMatchObject([{ expression: 'PaymentNotice.request' }]);
});

test('claims of an insuree are found by the query of that name, which links keep', async () => {
  const insuree = (await server.get(`${(malariaClaim(DAY).patient as JsonObject).reference}`)).body;
  const [{ value } = {}] = insuree.identifier as JsonObject[];
  const asked = `_query=claims-of-insuree&number=${value}&from=${DAY}&_count=2`;
  const { body } = await server.get(`Claim?${asked}`);
  const found = resourcesOf(body);
  expect(found).toHaveLength(2);
  expect(found.every(({ patient }) => (patient as JsonObject).reference === `Patient/${insuree.id}`)).toBe(true);
  expect(linkOf(body, 'self')).toBe(`${server.url}/Claim?${asked}`);
  const next = linkOf(body, 'next')!;
  expect(next).toContain(`${asked}&_cursor=`);
  expect(resourcesOf((await server.get(next)).body)).not.toHaveLength(0);
  expect(await countOf(`Claim?_query=claims-of-insuree&number=${value}&from=2099-01-01`)).toBe(0);
  expect(await countOf(`Claim?_query=claims-of-insuree&number=unheard-of`)).toBe(0);
  const [missing] = expectOutcome(await server.get('Claim?_query=claims-of-insuree'), 400, 'search-parameter-invalid');
  expect(missing?.text).toBe('The query "claims-of-insuree" needs "number". Add it as a parameter.');
  expectOutcome(await server.get('Patient?_query=claims-of-insuree'), 400, 'search-parameter-unknown');
});
