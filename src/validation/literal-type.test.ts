import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyWith, knownWords } from './known-words.ts';
import { literalTypeOf } from './literal-type.ts';
import { r4 } from './test-resources.ts';

const literal = /^([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}$/;

describe('the common form of references, Type/id', () => {
  const typeOf = literalTypeOf(r4.resourceTypes);
  const expected = (text: string) => {
    const type = literal.exec(text)?.[1];
    return type !== undefined && r4.resourceTypes.includes(type) ? type : undefined;
  };

  it('has the type that a regular expression finds', () => {
    const type = fc.constantFrom(...r4.resourceTypes, 'Patien', 'patient', 'Nothing', '');
    const id = fc.oneof(fc.string({ maxLength: 70 }), fc.stringMatching(/^[A-Za-z0-9\-.]{1,66}$/));
    fc.assert(
      fc.property(type, fc.constantFrom('/', '', '//', '?'), id, (name, between, rest) => {
        const text = `${name}${between}${rest}`;
        expect(typeOf(text)).toBe(expected(text));
        // asked again, and after another one of the same length
        typeOf(`Patient/${'x'.repeat(Math.max(1, text.length - 8))}`);
        expect(typeOf(text)).toBe(expected(text));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    'Patient/1/_history/2',
    '#Patient/1',
    'http://example.org/Patient/1',
    'Patient/',
    'Patient/1#x',
    'Patient/a b',
  ])('is not that of %s', text => {
    expect(typeOf(text)).toBeUndefined();
  });
});

describe('known words', () => {
  const find = (words: string[], text: string) => {
    const key = [...text].reduce((all, letter) => keyWith(all, letter.charCodeAt(0)), 0);
    return knownWords(words)(key, `<${text}>`, 1, 1 + text.length);
  };

  it('are found where they stand, and no others', () => {
    expect(find(['td', 'tr'], 'td')).toBe('td');
    expect(find(['td', 'tr'], 'th')).toBeUndefined();
    expect(find(['td', 'tr'], '')).toBeUndefined();
  });

  it('are not taken for others with the same key', () => {
    // 37 * 'b' + 'a' is 37 * 'a' + ('a' + 37)
    const [word, other] = ['ba', `a${String.fromCharCode(97 + 37)}`];
    expect(find([word], other)).toBeUndefined();
    expect(find([word, other], word)).toBe(word);
  });
});
