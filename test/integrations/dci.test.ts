import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/fhir/resource.ts';
import { loadScheme, startServer, type TestServer } from '../http/start-server.ts';
import { type DciPeer, type DciRequest, startDci } from '../peers/dci.ts';

const folder = mkdtempSync(join(tmpdir(), 'kiungo-dci-'));
const own = generateKeyPairSync('ed25519');
const ownKey = createPublicKey(own.privateKey);
let peer: DciPeer;
let server: TestServer;
let ids = 0;

beforeAll(async () => {
  peer = await startDci();
  writeFileSync(join(folder, 'own.pem'), own.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(join(folder, 'sr.jwks'), JSON.stringify(peer.jwks));
  const { senderId, callbackUrl } = peer;
  const registry = { senderId, role: 'social-registry', jwksFile: 'sr.jwks', callbackUrl };
  const settings = {
    senderId: 'kiungo.example',
    keyFile: 'own.pem',
    identifierTypes: { UIN: 'Code', NIN: 'https://nid.example' },
    peers: [
      registry,
      { senderId: 'stub.example', role: 'social-registry', signature: 'off' },
      { senderId: 'careful.example', role: 'social-registry', signature: 'off', purposes: ['ENROL'] },
      {
        senderId: 'hospital.example',
        role: 'facility',
        organization: 'Organization/tamaro-health-centre',
        signature: 'off',
      },
    ],
  };
  writeFileSync(join(folder, 'dci.json'), JSON.stringify(settings));
  server = await startServer({
    KIUNGO_DCI_PEERS: join(folder, 'dci.json'),
    KIUNGO_TRUSTED_HOSTS: '127.0.0.1',
    KIUNGO_AUDIT: 'on',
  });
  await loadScheme(server);
});
afterAll(async () => {
  await server.app.close();
  await peer.close();
  rmSync(folder, { recursive: true });
});

const post = async (path: string, body: string): Promise<{ status: number; text: string; body: JsonObject }> => {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(new URL(`/registry${path}`, server.url), { method: 'POST', headers, body });
  const text = await answer.text();
  return { status: answer.status, text, body: JSON.parse(text) as JsonObject };
};
const timestamp = '2026-01-05T10:00:00Z';
const searchOf = (criteria: JsonObject, more: JsonObject = {}): JsonObject => ({
  transaction_id: `t${++ids}`,
  search_request: [{ reference_id: `r${ids}`, timestamp, search_criteria: criteria, locale: 'eng', ...more }],
});
const byUin = (value = '100000001', more: JsonObject = {}): JsonObject => ({
  query_type: 'idtype-value',
  query: { type: 'UIN', value },
  ...more,
});
const search = (criteria: JsonObject, more: Partial<DciRequest> = {}): string =>
  peer.write({ action: 'search', message: searchOf(criteria), ...more });

interface Response {
  status: string;
  status_reason_code?: string;
  data?: { reg_record_type: string; reg_records: JsonObject[] };
  pagination?: { total_count: number };
}
const responseOf = (message: JsonObject): Response => (message.search_response as unknown as Response[])[0]!;
const ask = async (criteria: JsonObject, more: Partial<DciRequest> = {}): Promise<Response> => {
  const { status, text } = await post('/sync/search', search(criteria, more));
  expect(status, text).toBe(200);
  return responseOf(peer.open(text, ownKey).message);
};
const uins = ({ data }: Response): string[] =>
  data!.reg_records.map(
    ({ member_identifier }) => (member_identifier as { identifier_value: string }[])[0]!.identifier_value,
  );
const predicate = (attribute_name: string, operator: string, attribute_value: string): JsonObject => ({
  attribute_name,
  operator,
  attribute_value,
});
const asStub = (sender_id: string): Partial<DciRequest> => ({ signedBy: 'nobody', header: { sender_id } });

describe('a search that is answered at once', () => {
  test('finds a person by a number, tells what is agreed and no more, and is signed', async () => {
    const { text } = await post('/sync/search', search(byUin()));
    const { header, message } = peer.open(text, ownKey);
    expect(header).toMatchObject({ action: 'on-search', status: 'succ', total_count: 1, receiver_id: 'sr.example' });
    expect(responseOf(message)).toMatchObject({ status: 'succ', pagination: { total_count: 1 } });
    const number = [{ identifier_type: 'UIN', identifier_value: '100000001' }];
    expect(responseOf(message).data!.reg_records).toEqual([
      {
        '@type': 'Member',
        member_identifier: number,
        demographic_info: {
          identifier: number,
          name: { given_name: 'Neema', surname: 'Sadiki' },
          sex: 'female',
          birth_date: '1988-04-12T00:00:00Z',
        },
      },
    ]);
  });

  const and = (...allOf: JsonObject[]): JsonObject => ({
    type: 'ns:org:QueryType:expression',
    value: { expression: { query: { $and: allOf } } },
  });
  test.each<[string, JsonObject, string[]]>([
    [
      'a phone number',
      { query_type: 'idtype-value', query: { type: 'MOBILE', value: '+000 555 0201' } },
      ['100000001'],
    ],
    ['a number of another kind', { query_type: 'idtype-value', query: { type: 'NIN', value: '100000001' } }, []],
    [
      'a predicate of two expressions',
      {
        query_type: 'predicate',
        query: [
          {
            seq_num: 1,
            expression1: predicate('surname', 'eq', 'Sadiki'),
            condition: 'and',
            expression2: predicate('sex', 'eq', 'F'),
          },
        ],
        sort: [{ attribute_name: 'birth_date', sort_order: 'asc' }],
      },
      ['100000001', '100000003'],
    ],
    [
      'a predicate with not',
      {
        query_type: 'predicate',
        query: [
          {
            expression1: predicate('surname', 'eq', 'Sadiki'),
            condition: 'not',
            expression2: predicate('gender', 'eq', 'female'),
          },
        ],
      },
      ['100000002'],
    ],
    [
      'an expression, and an age',
      { query_type: 'expression', query: and({ surname: { $in: ['Sadiki', 'Lungu'] } }, { age: { $lt: 18 } }) },
      ['100000003'],
    ],
    [
      'a day of birth that is written as a time',
      { query_type: 'expression', query: and({ birth_date: { $lte: '1959-01-08T00:00:00+03:00' } }) },
      ['100000011'],
    ],
  ])('finds persons by %s', async (_what, criteria, found) => {
    const response = await ask(criteria);
    expect(response.status, JSON.stringify(response)).toBe('succ');
    expect(uins(response)).toEqual(found);
  });

  test('finds a family with its members, and what a person is enrolled in', async () => {
    const group = await ask(byUin('100000001', { response_entity: 'Group' }));
    expect(group.data!.reg_records[0]).toMatchObject({ group_size: 3, group_type: 'Household' });
    expect(group.data!.reg_records[0]!.member_list).toHaveLength(3);
    const enrolled = await ask(byUin('100000001', { reg_type: 'ns:org:RegistryType:IBR' }));
    expect(enrolled.data).toMatchObject({
      reg_record_type: 'Beneficiary',
      reg_records: [{ programme: { programme_identifier: 'SUM-BASIC' }, enrolment_status: '1' }],
    });
  });

  test('gives pages, and tells how many there are', async () => {
    const criteria = (page_number: number): JsonObject => ({
      query_type: 'predicate',
      query: [{ expression1: predicate('surname', 'eq', 'Sadiki') }],
      pagination: { page_size: 2, page_number },
    });
    const pages = [await ask(criteria(1)), await ask(criteria(2)), await ask(criteria(3))];
    expect(pages.map(each => each.data!.reg_records.length)).toEqual([2, 1, 0]);
    expect(pages.map(each => each.pagination!.total_count)).toEqual([3, 3, 3]);
    expect(new Set(pages.flatMap(uins)).size).toBe(3);
  });

  test('tells less where less is asked for', async () => {
    const { data } = await ask(byUin('100000001', { attributes: ['sex', 'phone_number'] }));
    expect(data!.reg_records).toEqual([{ '@type': 'Member', demographic_info: { sex: 'female' } }]);
  });

  test.each<[string, JsonObject, string]>([
    [
      'an attribute that is not on the list',
      { query_type: 'predicate', query: [{ expression1: predicate('poverty_score', 'lt', '5') }] },
      'filter',
    ],
    ['an operator of the database', { query_type: 'expression', query: and({ surname: { $regex: '.*' } }) }, 'filter'],
    ['code', { query_type: 'expression', query: and({ $where: 'sleep(1000)' }) }, 'filter'],
    ['a name of every object', { query_type: 'expression', query: and({ constructor: 'x' }) }, 'filter'],
    [
      'an order of names',
      { query_type: 'predicate', query: [{ expression1: predicate('surname', 'gt', 'A') }] },
      'filter',
    ],
    [
      'a type of number that nobody knows',
      { query_type: 'idtype-value', query: { type: 'PASSPORT', value: '1' } },
      'filter',
    ],
    ['a query of another kind', { query_type: 'graphql', query: { type: 'x', value: {} } }, 'search_criteria'],
    ['an order that is not offered', byUin('1', { sort: [{ attribute_name: 'poverty_score' }] }), 'sort'],
  ])('refuses %s', async (_what, criteria, reason) => {
    const response = await ask(criteria);
    expect(response).toMatchObject({ status: 'rjct', status_reason_code: `rjct.${reason}.invalid` });
    expect(response.data).toBeUndefined();
  });
});

describe('what a peer may see', () => {
  test('is what its role may: a facility finds whom it names, and nobody else', async () => {
    const asFacility = asStub('hospital.example');
    expect(uins(await ask(byUin('100000001'), asFacility))).toEqual(['100000001']);
    const list = { query_type: 'predicate', query: [{ expression1: predicate('surname', 'eq', 'Sadiki') }] };
    expect(await ask(list, asFacility)).toMatchObject({ status: 'rjct' });
  });

  test('is for the purposes that are agreed', async () => {
    const asCareful = asStub('careful.example');
    expect(await ask(byUin(), asCareful)).toMatchObject({ status_reason_code: 'rjct.search_criteria.invalid' });
    const consent = { ts: timestamp, purpose: { text: 'Enrolment', code: 'ENROL' } };
    expect(await ask(byUin('100000001', { consent }), asCareful)).toMatchObject({ status: 'succ' });
  });

  test('is told in the audit trail, with who asked', async () => {
    const told = async (): Promise<string> => (await server.get('AuditEvent?patient=neema-sadiki&_count=100')).text;
    await expect.poll(told, { timeout: 5000 }).toContain('dci:sr.example');
  });
});

describe('a message that is refused', () => {
  const seconds = Math.floor(Date.now() / 1000);
  const withHeader = (header: JsonObject): string => search(byUin(), { header });
  const noSearch = (message: JsonObject): string => peer.write({ action: 'search', message });
  test.each<[string, () => string, number, string]>([
    ['is not signed', () => search(byUin(), { signedBy: 'nobody' }), 401, 'err.signature.missing'],
    ['is signed by somebody else', () => search(byUin(), { signedBy: 'stranger' }), 401, 'err.signature.invalid'],
    ['has expired', () => search(byUin(), { expires: seconds - 400 }), 401, 'err.signature.invalid'],
    ['was made in the future', () => search(byUin(), { created: seconds + 4000 }), 401, 'err.signature.invalid'],
    ['was changed', () => search(byUin()).replace('100000001', '100000002'), 401, 'err.signature.invalid'],
    ['is of nobody who is known', () => withHeader({ sender_id: 'who.example' }), 401, 'err.sender_id.invalid'],
    ['is for another', () => withHeader({ receiver_id: 'who.example' }), 400, 'err.receiver_id.invalid'],
    ['is encrypted', () => withHeader({ is_msg_encrypted: true }), 400, 'err.encryption.invalid'],
    ['is of another version', () => withHeader({ version: '2.0.0' }), 400, 'rjct.version.invalid'],
    ['has another action', () => withHeader({ action: 'subscribe' }), 400, 'rjct.action.invalid'],
    ['has no time', () => withHeader({ message_ts: '2026-01-05 10:00' }), 400, 'rjct.message_ts.invalid'],
    ['is old', () => withHeader({ message_ts: '2020-01-05T10:00:00Z' }), 400, 'rjct.message_ts.invalid'],
    ['counts wrong', () => withHeader({ total_count: 2 }), 400, 'rjct.total_count.invalid'],
    ['counts too many', () => withHeader({ total_count: 5000 }), 400, 'rjct.total_count.limit_exceeded'],
    ['has no id', () => withHeader({ message_id: '' }), 400, 'err.request.bad'],
    [
      'has too long an id',
      () => noSearch({ ...searchOf(byUin()), transaction_id: 'x'.repeat(100) }),
      400,
      'err.request.bad',
    ],
    ['has no searches', () => noSearch({ transaction_id: 't' }), 400, 'err.request.bad'],
    [
      'has a search without a zone',
      () => noSearch(searchOf(byUin(), { timestamp: '2026-01-05T10:00:00' })),
      400,
      'err.request.bad',
    ],
    ['has a language of two letters', () => noSearch(searchOf(byUin(), { locale: 'en' })), 400, 'err.request.bad'],
    [
      'has pages of none',
      () => noSearch(searchOf(byUin('1', { pagination: { page_size: 0 } }))),
      400,
      'err.request.bad',
    ],
    ['has no header', () => '{"message":{}}', 400, 'err.request.bad'],
    ['has two headers', () => '{"header":{},"header":{},"message":{}}', 400, 'err.request.bad'],
    ['is no JSON', () => '{', 400, 'err.request.bad'],
    ['is empty', () => '', 400, 'err.request.bad'],
  ])('because it %s is answered so', async (_what, write, status, code) => {
    for (const path of ['/sync/search', '/search']) {
      const answer = await post(path, write());
      expect(answer.status, answer.text).toBe(status);
      expect(answer.body).toMatchObject({ message: { ack_status: 'ERR' }, errors: [{ code }] });
    }
  });

  test('is one that was there before', async () => {
    const body = search(byUin());
    expect((await post('/sync/search', body)).status).toBe(200);
    const again = await post('/sync/search', body);
    expect(again).toMatchObject({ status: 400, body: { header: { status_reason_code: 'rjct.message_id.duplicate' } } });
  });
});

const callback = async (path: string, text: string): Promise<JsonObject> => {
  const find = () => peer.webhook.receipts.find(each => each.path === `/callback${path}` && each.body.includes(text));
  await expect.poll(find, { timeout: 5000 }).toBeDefined();
  return peer.open(find()!.body, ownKey).message;
};
const correlationOf = (body: JsonObject): string => (body.message as JsonObject).correlation_id as string;

describe('a search that is answered later', () => {
  const askStatus = (attribute_type: string, attribute_value: string): string =>
    peer.write({
      action: 'txn-status',
      message: {
        transaction_id: `t${++ids}`,
        txnstatus_request: { reference_id: 'r', txn_type: 'search', attribute_type, attribute_value },
      },
    });
  const statusOf = (message: JsonObject) =>
    (message.txnstatus_response as JsonObject).txn_status as { search_response: { status: string }[] };

  test('is acknowledged, answered by a callback once, and its status can be asked for', async () => {
    const message = searchOf(byUin());
    const { status, body } = await post('/search', peer.write({ action: 'search', message }));
    expect({ status, ack: body.message }).toMatchObject({ status: 200, ack: { ack_status: 'ACK' } });
    const told = await callback('/on-search', correlationOf(body));
    expect(told).toMatchObject({ transaction_id: message.transaction_id, correlation_id: correlationOf(body) });
    expect(responseOf(told)).toMatchObject({ status: 'succ', pagination: { total_count: 1 } });

    const ofIt = () => post('/sync/txn/status', askStatus('transaction_id', message.transaction_id as string));
    await expect
      .poll(async () => statusOf(peer.open((await ofIt()).text, ownKey).message).search_response[0]!.status)
      .toBe('succ');
    const later = await post('/txn/status', askStatus('correlation_id', correlationOf(body)));
    const status2 = statusOf(await callback('/txn/on-status', correlationOf(later.body)));
    expect(status2.search_response).toMatchObject([{ status: 'succ' }]);
    expect(peer.webhook.receipts.filter(each => each.path === '/callback/on-search')).toHaveLength(1);
  });

  test('is refused where its transaction was there, or its callback is not the registered one', async () => {
    const message = searchOf(byUin());
    expect((await post('/search', peer.write({ action: 'search', message }))).status).toBe(200);
    expect(await post('/search', peer.write({ action: 'search', message }))).toMatchObject({ status: 400 });
    const elsewhere = { sender_uri: `${peer.callbackUrl}.evil.example/` };
    expect(await post('/search', search(byUin(), { header: elsewhere }))).toMatchObject({
      ...{ status: 400, body: { errors: [{ code: 'err.sender_uri.invalid' }] } },
    });
  });

  test('of somebody else has no status', async () => {
    const message = searchOf(byUin());
    const { body } = await post('/search', peer.write({ action: 'search', message }));
    const asked = {
      ...{ action: 'txn-status', ...asStub('stub.example') },
      message: {
        transaction_id: 'x',
        txnstatus_request: {
          ...{ reference_id: 'r', txn_type: 'search' },
          ...{ attribute_type: 'correlation_id', attribute_value: correlationOf(body) },
        },
      },
    };
    const { text } = await post('/sync/txn/status', peer.write(asked));
    expect(statusOf(peer.open(text, ownKey).message).search_response).toEqual([]);
  });
});

describe('a subscription', () => {
  const subscribe = (reg_event_type: string, filter: JsonObject | JsonObject[], record = 'Member'): string => {
    const criteria = { reg_event_type, filter, notify_record_type: record };
    const request = { reference_id: `r${++ids}`, timestamp, subscribe_criteria: criteria };
    return peer.write({ action: 'subscribe', message: { transaction_id: `t${ids}`, subscribe_request: [request] } });
  };
  const subscribed = async (body: string) => {
    const { status, body: ack } = await post('/subscribe', body);
    expect(status, JSON.stringify(ack)).toBe(200);
    const told = await callback('/on-subscribe', correlationOf(ack));
    return (told.subscribe_response as JsonObject[])[0]!;
  };
  const codeOf = ({ subscriptions }: JsonObject): string => (subscriptions as { code: string }[])[0]!.code;
  const unsubscribe = async (...codes: string[]): Promise<JsonObject> => {
    const message = { transaction_id: `t${++ids}`, timestamp, subscription_codes: codes };
    const { body } = await post('/unsubscribe', peer.write({ action: 'unsubscribe', message }));
    return callback('/on-unsubscribe', correlationOf(body));
  };
  const personOf = async (id: string, family: string) => {
    const { body } = await server.get('Patient/juma-sadiki');
    const {
      meta: _,
      identifier: [number] = [],
      ...rest
    } = body as unknown as JsonObject & { identifier: JsonObject[] };
    const person = { ...rest, id, identifier: [{ ...number, value: id }], name: [{ family, given: ['Asha'] }] };
    return person as unknown as typeof body;
  };

  test('tells what it finds and nothing else, each once, until it ends', async () => {
    const byName = [{ expression1: predicate('surname', 'eq', 'Mwangi') }];
    const news = await subscribed(subscribe('ns:org:RegistryEventType:REGISTER', byName));
    expect(news).toMatchObject({
      status: 'succ',
      subscriptions: [{ status: 'subscribe', reg_event_type: 'REGISTER' }],
    });
    const changes = await subscribed(subscribe('UPDATE', { type: 'UIN', value: 'mwangi-1' }));
    for (const [id, family] of [
      ['other-1', 'Okello'],
      ['mwangi-1', 'Mwangi'],
    ] as const) {
      expect((await server.put(`Patient/${id}`, await personOf(id, family))).status).toBe(201);
    }
    const [event] = (await callback('/notify', codeOf(news))).notify_event as JsonObject[];
    expect(event).toMatchObject({
      data: {
        reg_event_type: 'REGISTER',
        reg_record_type: 'Member',
        reg_records: { demographic_info: { sex: 'male' } },
      },
    });
    const married = { ...(await personOf('mwangi-1', 'Mwangi')), birthDate: '1990-01-02' };
    expect((await server.put('Patient/mwangi-1', married)).status).toBe(200);
    const [change] = (await callback('/notify', codeOf(changes))).notify_event as JsonObject[];
    expect(JSON.stringify(change)).toContain('1990-01-02T00:00:00Z');

    expect(await unsubscribe(codeOf(news), codeOf(changes))).toMatchObject({ status: 'succ' });
    await server.put('Patient/mwangi-2', await personOf('mwangi-2', 'Mwangi'));
    expect(await unsubscribe(codeOf(news))).toMatchObject({
      ...{ status: 'rjct', status_reason_code: 'rjct.event.already_unsubscribed' },
    });
    const notified = peer.webhook.receipts.filter(({ path }) => path === '/callback/notify');
    expect(notified).toHaveLength(2);
    expect(notified.map(({ body }) => body).join()).not.toMatch(/Okello|mwangi-2/);
  });

  test.each<[string, () => string, string]>([
    [
      'of an event that is not told',
      () => subscribe('MARRIAGE', { type: 'UIN', value: '1' }),
      'rjct.notify_types.invalid',
    ],
    ['of what is not searched by', () => subscribe('UPDATE', { type: 'X', value: '1' }), 'rjct.notify_details.invalid'],
  ])('%s is refused by its callback', async (_what, write, code) => {
    expect(await subscribed(write())).toMatchObject({ status: 'rjct', status_reason_code: code });
  });

  test('that nobody knows cannot end', async () => {
    expect(await unsubscribe('sub-test-001')).toMatchObject({ status_reason_code: 'rjct.subscription_code.invalid' });
  });
});
