import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BASE_URL, parameterUse } from '../../../test/fixtures/parameter-use.ts';
import type { Json } from '../../fhir/resource.ts';
import { escapeValue } from '../escape.ts';
import type { IndexEntry } from '../index-entry.ts';
import type { StringValue } from '../query.ts';
import { stringType } from './string.ts';

const parse = (value: string, modifier?: string): readonly StringValue[] => {
  const condition = stringType.parse(parameterUse(value, modifier));
  return condition.kind === 'string' ? condition.anyOf : [];
};

const entriesOf = (type: string, value: Json): { text: string; folded: string }[] => {
  const entries: IndexEntry[] = [];
  stringType.entries[type]!(value, 'code', entries, { baseUrl: BASE_URL, timeZone: 'UTC' });
  return entries.filter(entry => entry.kind === 'string').map(({ text, folded }) => ({ text, folded }));
};

describe('values of string parameters', () => {
  it.each<[string, string | undefined, StringValue[]]>([
    ['José', undefined, [{ match: 'starts', text: 'jose' }]],
    [
      'José,Ana',
      undefined,
      [
        { match: 'starts', text: 'jose' },
        { match: 'starts', text: 'ana' },
      ],
    ],
    ['José', 'exact', [{ match: 'exact', text: 'José' }]],
    ['JOSÉ', 'contains', [{ match: 'contains', text: 'jose' }]],
    ['a\\,b', 'exact', [{ match: 'exact', text: 'a,b' }]],
  ])('reads %s with modifier %s', (value, modifier, expected) => {
    expect(parse(value, modifier)).toEqual(expected);
  });

  it('refuses text without letters or digits, which would match everybody', () => {
    expect(() => parse('-')).toThrow('at least one letter or digit');
    expect(parse('-', 'exact')).toEqual([{ match: 'exact', text: '-' }]);
  });

  it('refuses other modifiers and names those that it takes', () => {
    expect(() => parse('a', 'text')).toThrow('":text". Supported: :exact, :contains.');
  });
});

describe('index entries of strings', () => {
  it.each<[string, Json, string[]]>([
    ['string', 'Maputo', ['Maputo']],
    [
      'HumanName',
      { use: 'official', family: 'Doe', given: ['Ana', null, 'Maria'], prefix: ['Dr'], text: 'Dr Ana Doe' },
      ['Doe', 'Ana', 'Maria', 'Dr', 'Dr Ana Doe'],
    ],
    [
      'Address',
      { use: 'home', line: ['5 Tsoka'], city: 'Jamula', country: 'GM', period: { start: '2020' } },
      ['5 Tsoka', 'Jamula', 'GM'],
    ],
    ['HumanName', { _family: { extension: [] } }, []],
  ])('takes %s %j', (type, value, expected) => {
    expect(entriesOf(type, value).map(({ text }) => text)).toEqual(expected);
  });

  it('are found by their own text, by each way of matching', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), text => {
        const [entry] = entriesOf('string', text);
        expect(parse(escapeValue(text), 'exact')[0]!.text).toBe(entry!.text);
        if (entry!.folded === '') return;
        expect(parse(escapeValue(text))[0]!.text).toBe(entry!.folded);
        expect(parse(escapeValue(text.toUpperCase().toLowerCase()), 'contains')[0]!.match).toBe('contains');
      }),
    );
  });
});
