import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { malariaClaim } from '../../scripts/demo/requests.ts';
import { expectOutcome } from './expect-outcome.ts';
import { startServer, useServer, YEAR } from './start-server.ts';

const server = useServer();
const CLAIM = 'StructureDefinition/kiungo-claim/$json-schema';
const ajv = new Ajv({ strict: true, strictRequired: false });
const claim = JSON.parse(JSON.stringify(malariaClaim(`${YEAR}-06-03`)));

describe('StructureDefinition/$json-schema', () => {
  test('gives the schema of a profile and of a base type', async () => {
    const { status, headers, body } = await server.get(CLAIM, { accept: 'application/schema+json' });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/schema+json');
    expect(body).toMatchObject({ $id: 'https://kiungo.example/fhir/StructureDefinition/kiungo-claim' });
    const check = ajv.compile(body);
    const { identifier: _, ...unnumbered } = claim;
    expect(check(claim)).toBe(true);
    expect(check(unnumbered)).toBe(false);
    const { body: base } = await server.get('StructureDefinition/Claim/$json-schema');
    expect(ajv.compile(base)(unnumbered)).toBe(true);
  });

  test('is given to clients of FHIR too, and by POST', async () => {
    const { text } = await server.get(CLAIM);
    expect(await server.get(CLAIM, { accept: 'application/fhir+json' })).toMatchObject({ status: 200, text });
    expect(await server.post(CLAIM, '')).toMatchObject({ status: 200, text });
    expectOutcome(await server.get(CLAIM, { accept: 'text/turtle' }), 406, 'accept-not-served');
    const resource = await server.get('StructureDefinition/kiungo-claim', { accept: 'application/schema+json' });
    expectOutcome(resource, 406, 'accept-not-served');
  });

  test('is not sent again to those who have it', async () => {
    const { etag, 'cache-control': caching } = (await server.get(CLAIM)).headers;
    expect(caching).toBe('no-cache');
    for (const known of [etag!, etag!.slice(2), `"x", ${etag}`, '*']) {
      const { status, headers, text } = await server.get(CLAIM, { 'if-none-match': known });
      expect({ status, etag: headers.etag, text }).toEqual({ status: 304, etag, text: '' });
    }
    expect((await server.get(CLAIM, { 'if-none-match': '"x"' })).status).toBe(200);
    expect((await server.get('StructureDefinition/Claim/$json-schema')).headers.etag).not.toBe(etag);
  });

  test('is refused where there is no such definition, and takes no parameters', async () => {
    expectOutcome(await server.get('StructureDefinition/none/$json-schema'), 404, 'resource-unknown');
    expectOutcome(await server.get(`${CLAIM}?profile=x`), 400, 'operation-parameter-unknown');
    expectOutcome(await server.get('StructureDefinition/$json-schema'), 404, 'operation-unknown');
  });

  test('is made for a definition that a client stored', async () => {
    const r4 = await startServer({ KIUNGO_CAPABILITIES: 'r4' });
    try {
      const { status } = await r4.put('StructureDefinition/numbered-claim', {
        resourceType: 'StructureDefinition',
        id: 'numbered-claim',
        url: 'https://example.org/fhir/StructureDefinition/numbered-claim',
        name: 'NumberedClaim',
        status: 'draft',
        kind: 'resource',
        abstract: false,
        type: 'Claim',
        baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Claim',
        derivation: 'constraint',
        differential: { element: [{ id: 'Claim.identifier', path: 'Claim.identifier', min: 1 }] },
      });
      expect(status).toBe(201);
      const { body } = await r4.get('StructureDefinition/numbered-claim/$json-schema');
      expect(body.required).toContain('identifier');
    } finally {
      await r4.app.close();
    }
  });
});
