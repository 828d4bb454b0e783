import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FhirError } from '../fhir/fhir-error.ts';
import { createAccessTokens } from './access-token.ts';
import { readClient } from './client.ts';
import { readJwt } from './jwt.ts';
import { fixedKeys } from './key-set.ts';
import { parseScopes } from './parse-scope.ts';
import { timeFault } from './token-times.ts';

const part = (value: unknown): string => Buffer.from(JSON.stringify(value) ?? '').toString('base64url');
const anything = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.jsonValue());
const RUNS = { numRuns: 300 };

/** Values of JSON under the names that are looked at. */
const named = (...names: string[]): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(Object.fromEntries(names.map(name => [name, fc.jsonValue()])), { requiredKeys: [] });

describe('whatever is sent', () => {
  it('as a token is taken apart or refused, and nothing else', () => {
    fc.assert(
      fc.property(
        named('alg', 'kid', 'crit'),
        named('exp', 'nbf', 'iat', 'iss'),
        fc.string(),
        (header, claims, text) => {
          for (const token of [text, `${part(header)}.${part(claims)}.${part(text)}`, `${text}.${part(claims)}.x`]) {
            const jwt = readJwt(token);
            if (jwt !== undefined) timeFault(jwt.claims, Date.now());
          }
        },
      ),
      RUNS,
    );
  });

  it('as a token of ours is 401', async () => {
    const tokens = createAccessTokens(Buffer.alloc(32), { find: () => undefined, readOn: async () => {} });
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), async (payload, signature) => {
        const proving = tokens.verify(`kiungo1.${payload}.${signature}`, 0);
        await expect(proving).rejects.toMatchObject({ status: 401 });
      }),
      RUNS,
    );
  });

  it('as a client is one or 422', () => {
    const members = ['id', 'name', 'status', 'role', 'organization', 'scopes', 'jwks', 'jwksUrl', 'certificates'];
    fc.assert(
      fc.property(fc.oneof(named(...members, '__proto__', 'constructor'), anything), value => {
        try {
          readClient(value, new Map());
        } catch (error) {
          expect(error).toBeInstanceOf(FhirError);
          expect((error as FhirError).status).toBe(422);
        }
      }),
      RUNS,
    );
  });

  it('as keys is some or none', async () => {
    const jwk = named('kty', 'crv', 'x', 'y', 'n', 'e', 'kid', 'alg', 'use');
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.record({ keys: fc.array(jwk) }), anything), async jwks => {
        expect(await fixedKeys(jwks).find('ES384', undefined)).toEqual([]);
      }),
      RUNS,
    );
  });

  it('as scopes is some or none, in no time', () => {
    const started = performance.now();
    for (const text of ['system/'.repeat(20_000), `system/${'A'.repeat(100_000)}.`, ' '.repeat(100_000)]) {
      expect(parseScopes(text)).toEqual([]);
    }
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
