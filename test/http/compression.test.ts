import { connect } from 'node:net';
import {
  brotliCompressSync,
  brotliDecompressSync,
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateSync,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/fhir/resource.ts';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { useServer } from './start-server.ts';

const LIMIT = 100_000;
const server = useServer({ KIUNGO_MAX_RESOURCE_BYTES: String(LIMIT), KIUNGO_MAX_BUNDLE_BYTES: '200000' });

const CODINGS = [
  ['gzip', gzipSync, gunzipSync],
  ['br', brotliCompressSync, brotliDecompressSync],
  ['zstd', zstdCompressSync, zstdDecompressSync],
  ['deflate', deflateSync, inflateSync],
] as const;

const LONG = patient('Z-1', { id: 'long', name: [{ family: 'Mwamba', given: ['a'.repeat(2000)] }] });

/** The headers and the very bytes of an answer: clients of the tests unpack it unasked. */
const fetchBytes = (path: string, headers: Record<string, string>): Promise<{ headers: string; body: Buffer }> =>
  new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () =>
      socket.write(`GET /fhir/${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${lines.join('')}\r\n`),
    );
    socket.on('data', part => parts.push(part)).on('error', reject);
    socket.on('close', () => {
      const bytes = Buffer.concat(parts);
      const end = bytes.indexOf('\r\n\r\n');
      resolve({ headers: bytes.subarray(0, end).toString(), body: bytes.subarray(end + 4) });
    });
  });

beforeAll(async () => {
  expect((await server.put('Patient/long', LONG)).status).toBe(201);
  expect((await server.put('Patient/short', patient('Z-2', { id: 'short' }))).status).toBe(201);
});

describe('an answer', () => {
  test.each(CODINGS)('comes as %s to whoever asks for it', async (coding, _pack, unpack) => {
    const plain = await fetchBytes('Patient/long', {});
    const { headers, body } = await fetchBytes('Patient/long', { 'Accept-Encoding': coding });
    expect(headers).toContain(`content-encoding: ${coding}`);
    expect(headers).toContain(`content-length: ${body.length}\r\n`);
    expect(headers).toContain('vary: Accept, Accept-Encoding');
    expect(headers).toContain('etag: W/"1"');
    expect(body.length).toBeLessThan(plain.body.length / 2);
    expect(unpack(body).toString()).toBe(plain.body.toString());
    expect(plain.headers).not.toContain('content-encoding');
    expect(plain.headers).toContain('vary: Accept, Accept-Encoding');
  });

  test.each<[header: string, coding: string | undefined]>([
    ['gzip, deflate, br', 'br'],
    ['gzip;q=1.0, br;q=0.5', 'gzip'],
    ['gzip;q=0.2, br;q=0, zstd;q=0', 'gzip'],
    ['GZIP', 'gzip'],
    ['*', 'br'],
    ['*;q=0.1, br;q=0', 'zstd'],
    ['identity', undefined],
    ['identity;q=1, gzip;q=0.5', undefined],
    ['gzip;q=0', undefined],
    ['*;q=0', undefined],
    ['compress', undefined],
    ['', undefined],
  ])('by Accept-Encoding: %s is %s', async (header, coding) => {
    const { headers } = await fetchBytes('Patient/long', { 'Accept-Encoding': header });
    expect(/content-encoding: (.*)/.exec(headers)?.[1]).toBe(coding);
  });

  test('that is short is sent as it is', async () => {
    const { headers } = await fetchBytes('Patient/short', { 'Accept-Encoding': 'gzip' });
    expect(headers).not.toContain('content-encoding');
    expect(headers).toContain('vary: Accept\r\n');
  });

  test('to HEAD has the headers alone, and one that is known already is 304', async () => {
    const head = await server.send('head', 'Patient/long', undefined, { 'accept-encoding': 'gzip' });
    const { body } = await fetchBytes('Patient/long', { 'Accept-Encoding': 'gzip' });
    expect(head.headers).toMatchObject({ 'content-encoding': 'gzip', 'content-length': String(body.length) });
    const known = await server.get('Patient/long', { 'accept-encoding': 'gzip', 'if-none-match': 'W/"1"' });
    expect({ status: known.status, text: known.text }).toEqual({ status: 304, text: '' });
  });

  test('that is no version of a resource keeps a tag that it is known by', async () => {
    const path = 'StructureDefinition/kiungo-claim/$json-schema';
    const { headers } = await fetchBytes(path, { 'Accept-Encoding': 'br' });
    const tag = /etag: (W\/".*")/.exec(headers)![1]!;
    const { status } = await server.get(path, { 'if-none-match': tag });
    expect(status).toBe(304);
  });

  test('is compressed in searches, and pages hold the same', async () => {
    const { headers, body } = await fetchBytes('Patient', { 'Accept-Encoding': 'zstd' });
    expect(headers).toContain('content-encoding: zstd');
    expect((JSON.parse(zstdDecompressSync(body).toString()) as JsonObject).total).toBe(2);
  });
});

describe('a body', () => {
  test.each(CODINGS)('may be sent as %s', async (coding, pack) => {
    const body = pack(JSON.stringify(patient(`Z-${coding}`)));
    const { status, headers } = await server.post('Patient', body, { 'content-encoding': coding });
    expect(status).toBe(201);
    expect((await server.get(headers.location!)).body.identifier).toMatchObject([{ value: `Z-${coding}` }]);
  });

  test.each(CODINGS)('of few bytes of %s that would be too many is 413', async (coding, pack) => {
    const bomb = pack(Buffer.alloc(64 * 1024 * 1024, 0x20));
    expect(bomb.length).toBeLessThan(LIMIT);
    for (const path of ['Patient', '$validate', 'Claim/$submit']) {
      expectOutcome(await server.post(path, bomb, { 'content-encoding': coding }), 413, 'body-too-large');
    }
    const justAbove = pack(Buffer.alloc(LIMIT + 1, 0x20));
    expectOutcome(await server.post('Patient', justAbove, { 'content-encoding': coding }), 413, 'body-too-large');
    expectOutcome(
      await server.post('Patient', pack(Buffer.alloc(LIMIT, 0x20)), { 'content-encoding': coding }),
      400,
      'json-malformed',
    );
  });

  test.each(CODINGS)('that is not %s, or not all of it, is 400', async (coding, pack) => {
    for (const bytes of [
      Buffer.from('{"resourceType":"Patient"}'),
      pack('{"resourceType":"Patient"}').subarray(0, -6),
    ]) {
      expectOutcome(await server.post('Patient', bytes, { 'content-encoding': coding }), 400, 'request-malformed');
    }
  });

  test.each(['compress', 'gzip, gzip', 'utf-8'])(
    'in the encoding %s is 415, with those that are taken',
    async coding => {
      const answer = await server.post('Patient', '{}', { 'content-encoding': coding });
      expectOutcome(answer, 415, 'content-type-not-served');
      expect(answer.headers['accept-encoding']).toBe('gzip, br, zstd, deflate');
    },
  );

  test('of a search may be compressed, and identity says nothing', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'br' };
    const found = await server.post('Patient/_search', brotliCompressSync('identifier=Z-1'), form);
    expect(found.body.total).toBe(1);
    expect((await server.post('Patient', patient('Z-9'), { 'content-encoding': 'identity' })).status).toBe(201);
  });
});
