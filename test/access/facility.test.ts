import { beforeAll, describe, expect, test } from 'vitest';
import { malariaClaim } from '../../scripts/demo/requests.ts';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { loadScheme, resourcesOf, YEAR } from '../http/start-server.ts';
import { type ClientAnswer, clientOf, useClientServer } from './serve-clients.ts';

const server = useClientServer({ KIUNGO_CLAIM_MODE: 'forward' });
const OWN = 'Organization/tamaro-health-centre';
const FOREIGN = 'Organization/sumbe-hospital';
const facility = clientOf('facility', OWN);
const other = clientOf('facility', FOREIGN);

const claim = (number: string, provider: string, more: JsonObject = {}): Resource => {
  const base = malariaClaim(`${YEAR}-06-03`);
  const [identifier] = base.identifier as JsonObject[];
  return { ...base, identifier: [{ ...identifier!, value: number }], provider: { reference: provider }, ...more };
};

const rulesOf = ({ body }: ClientAnswer): unknown[] =>
  (body.issue as { details?: { coding: { code: string }[] } }[]).map(({ details }) => details?.coding[0]?.code);

/** An answer without the ids that differ between two requests. */
const told = ({ status, text }: ClientAnswer, id: string): string => `${status} ${text.replaceAll(id, 'ID')}`;

let own = '';
let foreign = '';

beforeAll(async () => {
  await loadScheme(server.open);
  own = String((await server.send(facility, 'POST', 'Claim', claim('A-1', OWN))).body.id);
  foreign = String((await server.send(other, 'POST', 'Claim', claim('B-1', FOREIGN))).body.id);
});

describe('a facility', () => {
  test('reads, finds and follows its own claims and their answers', async () => {
    expect((await server.get(facility, `Claim/${own}`)).status).toBe(200);
    expect((await server.get(facility, `ClaimResponse/${own}`)).status).toBe(200);
    const { body } = await server.get(facility, 'Claim?_total=accurate&_revinclude=ClaimResponse:request');
    expect(body.total).toBe(1);
    expect(resourcesOf(body).map(({ resourceType, id }) => `${resourceType}/${id}`)).toEqual([
      `Claim/${own}`,
      `ClaimResponse/${own}`,
    ]);
  });

  test.each([
    ['Claim/ID', 'GET'],
    ['Claim/ID/_history', 'GET'],
    ['Claim/ID/_history/1', 'GET'],
    ['ClaimResponse/ID', 'GET'],
    ['Claim/ID', 'DELETE'],
    ['Claim?identifier=ID', 'DELETE'],
    ['Claim/ID/$meta', 'GET'],
  ])('is told of %s by %s what it would be told if nothing was there', async (path, method) => {
    const seen = await server.send(facility, method, path.replace('ID', foreign));
    const missing = await server.send(facility, method, path.replace('ID', 'not-there'));
    expect(told(seen, foreign)).toBe(told(missing, 'not-there'));
    expect((await server.get(other, `Claim/${foreign}`)).status).toBe(200);
  });

  test('cannot replace, patch or take the id of a claim that it does not see', async () => {
    for (const id of [foreign, 'not-there']) {
      const put = await server.send(facility, 'PUT', `Claim/${id}`, claim('A-2', OWN, { id }));
      expect([put.status, rulesOf(put)]).toEqual([405, ['update-create-refused']]);
      const patch = await server.send(facility, 'PATCH', `Claim/${id}`, { status: 'cancelled' });
      expect([patch.status, rulesOf(patch)]).toEqual([404, ['resource-unknown']]);
      const bundle = {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [{ request: { method: 'DELETE', url: `Claim/${id}` } }],
      };
      expect((await server.send(facility, 'POST', '', bundle)).status).toBe(200);
    }
    expect((await server.get(other, `Claim/${foreign}`)).status).toBe(200);
  });

  test.each([
    'Claim?identifier=B-1',
    'Claim?_id=ID',
    'Claim?_filter=identifier eq "B-1"',
    'Claim?status:not=cancelled&identifier=B-1',
    `Claim?provider=${FOREIGN}`,
    'ClaimResponse?request.identifier=B-1',
    'ClaimResponse?_id=ID',
    'Organization?_has:Claim:provider:identifier=B-1',
    '?_type=Claim,ClaimResponse&_id=ID',
    'Claim?patient.name=Zuri',
    'Claim?_sort=-created&_count=50&identifier=B-1',
  ])('finds and counts nothing of others by %s', async path => {
    const { status, body } = await server.get(facility, encodeURI(`${path.replace('ID', foreign)}&_total=accurate`));
    expect([status, resourcesOf(body), body.total]).toEqual([200, [], 0]);
  });

  test('does not meet others in histories', async () => {
    for (const path of ['_history', 'Claim/_history', 'ClaimResponse/_history']) {
      const { status, text, body } = await server.get(facility, `${path}?_count=1000`);
      expect(status).toBe(200);
      expect(text).toContain(own);
      expect(text).not.toContain(foreign);
      expect(body.total).toBeUndefined();
    }
  });

  test('cannot claim for others, nor make its claim one of theirs', async () => {
    const posted = await server.send(facility, 'POST', 'Claim', claim('A-3', FOREIGN));
    expect([posted.status, rulesOf(posted)]).toEqual([403, ['access-denied']]);
    expect(posted.text).toContain(`provider=${OWN}`);
    const put = await server.send(facility, 'PUT', `Claim/${own}`, claim('A-1', FOREIGN, { id: own }));
    expect([put.status, rulesOf(put)]).toEqual([403, ['access-denied']]);
  });

  test('does not learn by If-None-Exist what others have', async () => {
    const answer = await server.send(facility, 'POST', 'Claim', claim('A-4', OWN), {
      'if-none-exist': 'identifier=B-1',
    });
    expect(answer.status).toBe(201);
    const request = { method: 'POST', url: 'Claim', ifNoneExist: 'identifier=B-1' };
    const entry = [{ resource: claim('A-6', OWN), request }];
    const bundle = await server.send(facility, 'POST', '', { resourceType: 'Bundle', type: 'transaction', entry });
    expect(bundle.text).toContain('"status":"201');
  });

  test('finds an insured person by an exact number, and only what it needs of her', async () => {
    const insured = (await server.open.get('Patient/zuri-sadiki')).body;
    const [{ value }] = insured.identifier as [{ value: string }];
    const { status, body } = await server.get(facility, `Patient?identifier=${value}`);
    expect(status).toBe(200);
    const [found] = resourcesOf(body);
    expect(Object.keys(found!).sort()).toEqual([
      'birthDate',
      'gender',
      'id',
      'identifier',
      'meta',
      'name',
      'resourceType',
    ]);
    expect(JSON.stringify(found!.meta)).toContain('SUBSETTED');
    expect((await server.get(facility, 'Patient/zuri-sadiki')).body.address).toBeUndefined();
  });

  test.each([
    'Patient',
    'Patient?name=Sadiki',
    'Patient?identifier:not=1',
    'Patient?identifier=1,2',
    'Patient?gender=female&_count=5',
    'Patient?_has:Claim:patient:status=active',
    'Coverage?status=active',
    '?_type=Patient&_lastUpdated=gt2000',
  ])('does not browse by %s', async path => {
    const answer = await server.get(facility, path);
    expect([answer.status, rulesOf(answer)]).toEqual([403, ['access-denied']]);
  });

  test('does not search by elements that it is not shown', async () => {
    const [{ value }] = (await server.open.get('Patient/zuri-sadiki')).body.identifier as [{ value: string }];
    const answer = await server.get(facility, `Patient?identifier=${value}&address-city=Moru`);
    expect([answer.status, rulesOf(answer)]).toEqual([400, ['search-parameter-unknown']]);
  });

  test('asks what cover there is, and the same by a Bundle', async () => {
    const question = {
      resourceType: 'CoverageEligibilityRequest',
      status: 'active',
      purpose: ['benefits'],
      patient: { reference: 'Patient/zuri-sadiki' },
      created: `${YEAR}-06-03`,
      provider: { reference: OWN },
      insurer: { reference: 'Organization/openIMIS-Implementation' },
    };
    const answer = await server.send(facility, 'POST', 'CoverageEligibilityRequest/$submit', question);
    expect(answer.body).toMatchObject({ resourceType: 'CoverageEligibilityResponse', outcome: 'complete' });
    expect((await server.get(other, `CoverageEligibilityResponse/${answer.body.id}`)).status).toBe(404);
    const entry = [
      { resource: question, request: { method: 'POST', url: 'CoverageEligibilityRequest' } },
      { resource: claim('A-5', OWN), request: { method: 'POST', url: 'Claim' } },
    ];
    const bundle = await server.send(facility, 'POST', '', { resourceType: 'Bundle', type: 'transaction', entry });
    expect(bundle.status, bundle.text).toBe(200);
  });

  test('finds in all that it may list at once, and writes messages in no other name', async () => {
    const { status, body } = await server.get(facility, '?_lastUpdated=gt2000&_count=1000');
    expect(status).toBe(200);
    const types = new Set(resourcesOf(body).map(({ resourceType }) => resourceType));
    const seen = ['Claim', 'Location', 'Patient', 'Coverage'].filter(type => types.has(type));
    expect(seen).toEqual(['Claim', 'Location']);
    const message = {
      ...{ resourceType: 'Communication', status: 'completed', recipient: [{ reference: OWN }] },
      ...{ sent: `${YEAR}-06-03T09:00:00Z`, payload: [{ contentString: 'Any.' }] },
    };
    const answers = [OWN, FOREIGN].map(sender =>
      server.send(facility, 'POST', 'Communication', { ...message, sender: { reference: sender } }),
    );
    expect((await Promise.all(answers)).map(answer => answer.status)).toEqual([201, 403]);
  });

  test('may not do what is of other roles', async () => {
    for (const [method, path] of [
      ['GET', 'Contract'],
      ['GET', 'PaymentNotice/1'],
      ['DELETE', 'Organization/sumbe-hospital'],
      ['POST', `Claim/${own}/$review`],
      ['GET', 'Patient/zuri-sadiki/$everything'],
    ] as const) {
      const answer = await server.send(
        facility,
        method,
        path,
        method === 'POST' ? { resourceType: 'Parameters' } : undefined,
      );
      expect([path, answer.status, rulesOf(answer)]).toEqual([path, 403, ['access-denied']]);
    }
  });

  test('gets the entries of a batch that it may have, and a refusal for each other one', async () => {
    const urls = [`Claim/${own}`, `Claim/${foreign}`, 'Contract/1', 'Patient/zuri-sadiki/$everything'];
    const entry = urls.map(url => ({ request: { method: 'GET', url } }));
    const { body } = await server.send(facility, 'POST', '', { resourceType: 'Bundle', type: 'batch', entry });
    const answers = body.entry as { response: { status: string } }[];
    expect(answers.map(({ response }) => response.status.slice(0, 3))).toEqual(['200', '404', '403', '403']);
  });
});

test('who sends the number of a claim of its own again gets that one, and is not told of a foreign one', async () => {
  const again = await server.send(facility, 'POST', 'Claim', claim('A-1', OWN));
  expect([again.status, again.body.id]).toEqual([200, own]);
  const sender = clientOf('facility', OWN, { scope: 'system/Claim.c' });
  const resent = await server.send(sender, 'POST', 'Claim', claim('A-1', OWN));
  expect([resent.status, resent.body.id]).toEqual([200, own]);
  expect((await server.get(sender, `Claim/${own}`)).status).toBe(403);
});
