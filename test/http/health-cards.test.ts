import { createPublicKey, verify } from 'node:crypto';
import { inflateRawSync, inflateSync } from 'node:zlib';
import type { Parameters } from 'fhir/r4.js';
import decodeQR from 'qr/decode.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { verifyCard } from '../../src/card/verify-card.js';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { expectOutcome } from './expect-outcome.ts';
import { loadScheme, startServer, useServer, YEAR } from './start-server.ts';

const server = useServer();
const DAY_MS = 24 * 60 * 60 * 1000;

interface Card {
  jws: string;
  svg: string;
  png: Buffer;
}

const cardsFrom = (body: Resource): Card[] => {
  const { parameter = [] } = body as unknown as Parameters;
  const cards: Card[] = [];
  for (let at = 0; at < parameter.length; at += 3) {
    const [jws, svg, png] = parameter.slice(at, at + 3);
    const [drawn, painted] = [svg!, png!].map(({ valueAttachment }) => Buffer.from(valueAttachment!.data!, 'base64'));
    cards.push({ jws: jws!.valueString!, svg: drawn!.toString(), png: painted! });
  }
  return cards;
};
const issue = async (path: string): Promise<Card> => {
  const { status, text, body } = await server.get(`${path}/$health-cards-issue`);
  expect(status, text).toBe(200);
  return cardsFrom(body)[0]!;
};
const known = async (): Promise<{ keys: JsonObject[]; revoked: Record<string, string[]> }> => {
  const { keys } = (await server.get('.well-known/jwks.json')).body as unknown as {
    keys: (JsonObject & { kid: string })[];
  };
  const lists = await Promise.all(keys.map(({ kid }) => server.get(`.well-known/crl/${kid}.json`)));
  return { keys, revoked: Object.fromEntries(lists.map(({ body }) => [body.kid, body.rids])) };
};
const payloadOf = (jws: string): JsonObject =>
  JSON.parse(inflateRawSync(Buffer.from(jws.split('.')[1]!, 'base64url')).toString());
const COVER = 'Coverage/zuri-sadiki-cover';

beforeAll(() => loadScheme(server));

describe('a membership card', () => {
  test('is signed by the key that the server shows, and tells no more than the membership', async () => {
    const { jws } = await issue(COVER);
    const [header = '', payload = '', signature = ''] = jws.split('.');
    const { kid, ...said } = JSON.parse(Buffer.from(header, 'base64url').toString());
    expect(said).toEqual({ zip: 'DEF', alg: 'ES256' });
    const { keys } = await known();
    const key = createPublicKey({ format: 'jwk', key: keys.find(each => each.kid === kid)! });
    const signed = Buffer.from(`${header}.${payload}`);
    expect(verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))).toBe(
      true,
    );
    expect(payloadOf(jws)).toEqual({
      iss: server.url,
      nbf: expect.any(Number),
      exp: Date.UTC(YEAR + 1, 0, 1) / 1000,
      vc: {
        type: ['https://smarthealth.cards#health-card'],
        rid: expect.stringMatching(/^[\w-]{20}$/),
        credentialSubject: {
          fhirVersion: '4.0.1',
          fhirBundle: {
            resourceType: 'Bundle',
            type: 'collection',
            entry: [
              {
                fullUrl: 'resource:0',
                resource: {
                  resourceType: 'Patient',
                  identifier: [{ value: '100000003' }],
                  name: [{ family: 'Sadiki', given: ['Zuri'] }],
                  birthDate: expect.stringMatching(/^\d{4}-07-21$/),
                },
              },
              {
                fullUrl: 'resource:1',
                resource: {
                  resourceType: 'Coverage',
                  status: 'active',
                  beneficiary: { reference: 'resource:0' },
                  period: { start: `${YEAR}-01-01`, end: `${YEAR}-12-31` },
                  payor: [{ reference: 'resource:2' }],
                  class: [expect.objectContaining({ value: 'SUM-BASIC', name: 'Sumbe basic cover' })],
                },
              },
              { fullUrl: 'resource:2', resource: { resourceType: 'Organization', name: expect.any(String) } },
            ],
          },
        },
      },
    });
  });

  test('is a code that a telephone reads, as PNG and as SVG', async () => {
    const { jws, png, svg } = await issue(COVER);
    const side = png.readUInt32BE(16);
    const length = png.readUInt32BE(33);
    const rows = inflateSync(png.subarray(41, 41 + length));
    const data = new Uint8Array(side * side * 4).fill(255);
    for (let at = 0; at < side * side; at++) {
      data.fill(rows[Math.floor(at / side) * (side + 1) + 1 + (at % side)]!, at * 4, at * 4 + 3);
    }
    const text = decodeQR({ width: side, height: side, data });
    expect(text).toMatch(/^shc:\/(\d\d)+$/);
    const digits = text.slice(5).match(/\d\d/g)!;
    expect(String.fromCharCode(...digits.map(pair => Number(pair) + 45))).toBe(jws);
    const dark = new Set([...svg.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => `${x},${y}`));
    for (let y = 0; y < side; y += 4) {
      for (let x = 0; x < side; x += 4) expect(data[(y * side + x) * 4] === 0).toBe(dark.has(`${x / 4},${y / 4}`));
    }
  });

  test('is verified by the page without a network, until it expires, is changed or comes from elsewhere', async () => {
    const { jws } = await issue(COVER);
    const { keys, revoked } = await known();
    const now = Date.now();
    const told = { name: 'Zuri Sadiki', numbers: ['100000003'], plan: 'Sumbe basic cover', until: `${YEAR}-12-31` };
    expect(await verifyCard(jws, { keys, revoked, now })).toMatchObject(told);
    const digits = [...jws].map(character => String(character.charCodeAt(0) - 45).padStart(2, '0')).join('');
    expect(await verifyCard(`shc:/${digits}\n`, { keys, revoked, now })).toMatchObject(told);
    await expect(verifyCard(`shc:/${digits.slice(1)}`, { keys, revoked, now })).rejects.toThrow('cut off');
    await expect(verifyCard(jws, { keys, revoked, now: Date.UTC(YEAR + 1, 0, 1) })).rejects.toThrow('expired');
    await expect(verifyCard(jws, { keys, revoked, now: now - DAY_MS })).rejects.toThrow('day to come');
    await expect(verifyCard(jws, { keys: [], revoked, now })).rejects.toThrow('somebody else');
    const [header, payload, signature] = jws.split('.') as [string, string, string];
    const changed = [header, payload, signature.replace(/^./, first => (first === 'A' ? 'B' : 'A'))].join('.');
    await expect(verifyCard(changed, { keys, revoked, now })).rejects.toThrow('changed');
    await expect(verifyCard('12345', { keys, revoked, now })).rejects.toThrow('no membership card');
  });

  test('of a patient comes for each cover that is in force, and not for other kinds of card', async () => {
    const { body } = await server.get('Patient/zuri-sadiki/$health-cards-issue');
    expect(cardsFrom(body)).toHaveLength(1);
    const asked = {
      resourceType: 'Parameters',
      parameter: [{ name: 'credentialType', valueUri: 'https://smarthealth.cards#immunization' }],
    };
    const other = await server.post('Patient/zuri-sadiki/$health-cards-issue', asked);
    expect(other.body).toEqual({ resourceType: 'Parameters' });
  });

  test('is not issued where nothing is in force', async () => {
    const { body: cover } = await server.get(COVER);
    const [identifier] = cover.identifier as [JsonObject];
    const period = { start: '2019-01-01', end: '2019-12-31' };
    const ended = { ...cover, id: 'ended', identifier: [{ ...identifier, value: 'ended' }], period };
    const { status, text } = await server.put('Coverage/ended', ended);
    expect(status, text).toBe(201);
    expectOutcome(await server.get('Coverage/ended/$health-cards-issue'), 422, 'cover-not-in-force');
    const { body: person } = await server.get('Patient/zuri-sadiki');
    const [number] = person.identifier as [JsonObject];
    const other = { ...person, id: 'nobody', identifier: [{ ...number, value: '100000099' }] };
    expect((await server.put('Patient/nobody', other)).status).toBe(201);
    expectOutcome(await server.get('Patient/nobody/$health-cards-issue'), 422, 'cover-not-in-force');
    expectOutcome(await server.get('Coverage/never/$health-cards-issue'), 404, 'resource-unknown');
  });
});

test('the page carries the keys and may reach nothing', async () => {
  const { status, headers, text } = await server.get(new URL('/card', server.url).href);
  expect(status).toBe(200);
  expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'sha256-/);
  const { keys } = await known();
  expect(text).toContain(JSON.stringify(keys[0]));
  expect(text).not.toMatch(/fetch\(|import |https?:\/\/(?!www\.w3\.org)/);
});

test('a list of revoked cards is of the keys that there are', async () => {
  expect((await server.get('.well-known/crl/none.json')).status).toBe(404);
});

test('a cancelled cover revokes its cards, and one of a patient elsewhere has none', async () => {
  const own = await startServer({ KIUNGO_REFERENCES: 'off' });
  try {
    await loadScheme(own);
    const { body } = await own.get(`${COVER}/$health-cards-issue`);
    const { jws } = cardsFrom(body)[0]!;
    const { body: cover } = await own.get(COVER);
    await own.put(COVER, { ...cover, status: 'cancelled' });
    const { keys } = (await own.get('.well-known/jwks.json')).body as unknown as { keys: { kid: string }[] };
    const { body: list } = await own.get(`.well-known/crl/${keys[0]!.kid}.json`);
    const revoked = { [keys[0]!.kid]: list.rids as string[] };
    await expect(verifyCard(jws, { keys, revoked, now: Date.now() })).rejects.toThrow('revoked');
    const elsewhere = { reference: 'https://other.example/fhir/Patient/1' };
    expect((await own.put(COVER, { ...cover, beneficiary: elsewhere })).status).toBe(200);
    const refused = await own.get(`${COVER}/$health-cards-issue`);
    expectOutcome(refused, 400, 'operation-parameter-invalid');
    expect(refused.text).toContain('is not on this server');
  } finally {
    await own.app.close();
  }
});
