import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fixedKeys, publishedKeys } from './key-set.ts';

const keyNamed = (kid: string): JsonWebKey => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' }),
  kid,
});

describe('published keys', () => {
  const start = () => {
    const issuer = { now: 1_000_000, keys: [keyNamed('a')], fetches: 0, isDown: false };
    const set = publishedKeys(
      async () => {
        issuer.fetches++;
        if (issuer.isDown) throw new Error('down');
        return { keys: issuer.keys };
      },
      () => issuer.now,
    );
    return { issuer, find: async (kid: string) => (await set.find('ES384', kid)).length };
  };

  it('are fetched once for all who ask at a time', async () => {
    const { issuer, find } = start();
    expect(await Promise.all(Array.from({ length: 20 }, () => find('a')))).toEqual(Array(20).fill(1));
    expect(issuer.fetches).toBe(1);
  });

  it('are fetched again for a new name, but not for every one', async () => {
    const { issuer, find } = start();
    await find('a');
    issuer.keys = [keyNamed('b')];
    expect(await find('b')).toBe(0);
    issuer.now += 30_000;
    expect(await find('b')).toBe(1);
    expect(await find('a')).toBe(0);
    for (let i = 0; i < 100; i++) await find(`none-${i}`);
    expect(issuer.fetches).toBe(2);
  });

  it('that are withdrawn are out of use in ten minutes', async () => {
    const { issuer, find } = start();
    await find('a');
    issuer.keys = [];
    issuer.now += 600_001;
    expect(await find('a')).toBe(0);
  });

  it('are used on while they cannot be fetched, and asked for every five seconds only', async () => {
    const { issuer, find } = start();
    await find('a');
    issuer.isDown = true;
    issuer.now += 600_001;
    expect(await find('a')).toBe(1);
    for (let i = 0; i < 100; i++) await find('a');
    expect(issuer.fetches).toBe(2);
    issuer.isDown = false;
    issuer.now += 5000;
    expect(await find('a')).toBe(1);
    expect(issuer.fetches).toBe(3);
  });

  it('that could never be fetched are a failure, which is told without asking again and again', async () => {
    const { issuer, find } = start();
    issuer.isDown = true;
    for (let i = 0; i < 10; i++) await expect(find('a')).rejects.toThrow('down');
    expect(issuer.fetches).toBe(1);
    issuer.isDown = false;
    issuer.now += 5000;
    expect(await find('a')).toBe(1);
  });
});

describe('keys', () => {
  it('are found by name, by what they are for, and by the algorithm that they fit', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
    const set = fixedKeys({
      keys: [
        keyNamed('a'),
        { ...rsa, kid: 'r' },
        { ...keyNamed('e'), use: 'enc' },
        { ...keyNamed('s'), alg: 'ES256' },
        7,
      ],
    });
    const count = async (alg: string, kid?: string): Promise<number> => (await set.find(alg, kid)).length;
    expect(await count('ES384')).toBe(1);
    expect(await count('ES384', 'a')).toBe(1);
    expect(await count('ES256', 'a')).toBe(0);
    expect(await count('RS384', 'r')).toBe(1);
    expect(await count('PS256', 'r')).toBe(1);
    expect(await count('HS256', 'r')).toBe(0);
    expect(await count('ES384', 'e')).toBe(0);
    expect(await count('ES384', 's')).toBe(0);
  });

  it('of no set are none', async () => {
    for (const jwks of [undefined, 'x', { keys: 'x' }, { keys: [{ kty: 'EC' }] }, { keys: [null] }]) {
      expect(await fixedKeys(jwks).find('ES384', undefined)).toEqual([]);
    }
  });
});
