import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBody, encodeBody } from './body-codec.ts';

describe('body codec', () => {
  it('gives back every text as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 5000 }), text => {
        const { codec, bytes } = encodeBody(Buffer.from(text));
        expect(decodeBody(codec, bytes)).toEqual(Buffer.from(text));
      }),
    );
  });

  it('reads what the first release wrote, which takes its dictionary for ever', () => {
    const stored = Buffer.from('w29YIrSTiFoJodYGBOrTvNTU3ESl2loA', 'base64');
    expect(decodeBody(1, stored).toString()).toBe(
      '{"resourceType":"Claim","id":"a","status":"active","use":"claim","patient":{"reference":"Patient/neema"}}',
    );
  });

  it('shrinks a small body by what all bodies have in common', () => {
    const text = '{"resourceType":"Claim","id":"01","status":"active","patient":{"reference":"Patient/a"}}';
    expect(encodeBody(Buffer.from(text)).bytes.byteLength).toBeLessThan(text.length / 2);
  });

  it('refuses a codec that it does not know', () => {
    expect(() => decodeBody(9, Buffer.alloc(0))).toThrow('later release');
  });
});
