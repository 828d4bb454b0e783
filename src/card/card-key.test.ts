import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { cardKeyOf } from './card-key.ts';
import { loadCardKeys } from './card-keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'kiungo-card-'));
afterAll(() => rmSync(folder, { recursive: true }));

const keyFile = (name: string, namedCurve: string): string => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve });
  writeFileSync(join(folder, name), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return join(folder, name);
};

describe('the key of cards', () => {
  test('is the same for the same secret, another for another, and signs what it verifies', () => {
    const keys = ['a', 'a', 'b'].map(secret => cardKeyOf(Buffer.from(secret.repeat(32))));
    expect(keys[0]!.publicKey).toEqual(keys[1]!.publicKey);
    expect(keys[0]!.publicKey.kid).not.toBe(keys[2]!.publicKey.kid);
    const { privateKey, publicKey } = keys[0]!;
    const signature = sign('sha256', Buffer.from('card'), privateKey);
    expect(
      verify('sha256', Buffer.from('card'), createPublicKey({ format: 'jwk', key: { ...publicKey } }), signature),
    ).toBe(true);
  });

  test('comes from files where there are some, the first of which signs', () => {
    const files = [keyFile('new.pem', 'P-256'), keyFile('old.pem', 'P-256')];
    const kids = (order: string[]) => loadCardKeys(order, Buffer.alloc(32)).map(({ publicKey }) => publicKey.kid);
    expect(kids(files)).toHaveLength(2);
    expect(kids(files.toReversed())).toEqual(kids(files).toReversed());
  });

  test('is refused with its file where it is of another kind, or none', () => {
    const other = keyFile('other.pem', 'P-384');
    expect(() => loadCardKeys([other], Buffer.alloc(32))).toThrow(/other\.pem: Cards are signed with keys of P-256/);
    expect(() => loadCardKeys([join(folder, 'none.pem')], Buffer.alloc(32))).toThrow(/KIUNGO_CARD_KEYS: .*none\.pem/);
  });
});
