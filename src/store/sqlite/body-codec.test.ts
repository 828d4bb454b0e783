import { createSecretKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBody, encodeBody } from './body-codec.ts';
import { createRowSeal } from './row-seal.ts';

const keyNamed = (id: string) => ({ id, key: createSecretKey(randomBytes(32)) });
const KEY = keyNamed('2026');
const seal = createRowSeal([KEY]);

describe('body codec', () => {
  it.each([
    ['in clear', undefined],
    ['sealed', seal],
  ])('gives back every text as it was, %s', (_how, seal) => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 5000 }), text => {
        const { codec, bytes } = encodeBody(Buffer.from(text), 7, seal);
        expect(decodeBody(codec, bytes, 7, seal)).toEqual(Buffer.from(text));
      }),
    );
  });

  it('reads what the first release wrote, which takes its dictionary for ever', () => {
    const stored = Buffer.from('w29YIrSTiFoJodYGBOrTvNTU3ESl2loA', 'base64');
    expect(decodeBody(1, stored, 1, undefined).toString()).toBe(
      '{"resourceType":"Claim","id":"a","status":"active","use":"claim","patient":{"reference":"Patient/neema"}}',
    );
  });

  it('shrinks a small body by what all bodies have in common', () => {
    const text = '{"resourceType":"Claim","id":"01","status":"active","patient":{"reference":"Patient/a"}}';
    expect(encodeBody(Buffer.from(text), 1, undefined).bytes.byteLength).toBeLessThan(text.length / 2);
  });

  it('opens with any key that it has, in the row that it was sealed for, as it was sealed', () => {
    const { codec, bytes } = encodeBody(Buffer.from('{"id":"a"}'), 7, seal);
    const opened = (row: number, kept = bytes, keys = [keyNamed('2027'), KEY]): string =>
      decodeBody(codec, kept, row, createRowSeal(keys)).toString();
    expect(opened(7)).toBe('{"id":"a"}');
    const changed = Buffer.from(bytes);
    changed[changed.length - 20]! ^= 1;
    for (const fails of [() => opened(8), () => opened(7, changed), () => opened(7, bytes, [keyNamed('2026')])])
      expect(fails).toThrow('cannot be opened');
  });

  it('refuses a codec that it does not know', () => {
    expect(() => decodeBody(9, Buffer.alloc(0), 1, undefined)).toThrow('later release');
  });
});
