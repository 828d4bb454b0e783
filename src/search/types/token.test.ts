import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BASE_URL, parameterUse } from '../../../test/fixtures/parameter-use.ts';
import type { Json } from '../../fhir/resource.ts';
import { escapeValue } from '../escape.ts';
import type { IndexEntry } from '../index-entry.ts';
import type { TokenValue } from '../query.ts';
import { tokenType } from './token.ts';

const parse = (value: string, modifier?: string): readonly TokenValue[] => {
  const condition = tokenType.parse(parameterUse(value, modifier));
  return condition.kind === 'token' ? condition.anyOf : [];
};

const entriesOf = (type: string, value: Json): Partial<IndexEntry>[] => {
  const entries: IndexEntry[] = [];
  tokenType.entries[type]!(value, 'code', entries, { baseUrl: BASE_URL, timeZone: 'UTC' });
  return entries.map(({ kind: _kind, parameter: _parameter, ...entry }) => entry);
};

describe('values of token parameters', () => {
  it.each([
    ['active', [{ code: 'active' }]],
    ['http://s|a', [{ system: 'http://s', code: 'a' }]],
    ['|a', [{ system: '', code: 'a' }]],
    ['http://s|', [{ system: 'http://s' }]],
    ['a,http://s|b', [{ code: 'a' }, { system: 'http://s', code: 'b' }]],
    ['a\\|b', [{ code: 'a|b' }]],
    ['http://s|a\\,b\\$c', [{ system: 'http://s', code: 'a,b$c' }]],
  ])('reads %s', (value, expected) => {
    expect(parse(value)).toEqual(expected);
  });

  it.each(['|', 'a|b|c', 'a,|'])('refuses %s', value => {
    expect(() => parse(value)).toThrow(/must be "code", "system\|code"/);
  });

  it('refuses modifiers', () => {
    expect(() => parse('a', 'not')).toThrow('takes no modifier; leave out ":not"');
  });
});

describe('index entries of tokens', () => {
  it.each<[string, Json, object[]]>([
    ['code', 'active', [{ code: 'active' }]],
    ['boolean', false, [{ code: 'false' }]],
    ['Coding', { system: 's', code: 'c', display: 'd' }, [{ system: 's', code: 'c' }]],
    ['Coding', { code: 'c' }, [{ code: 'c' }]],
    ['Coding', { system: 's' }, [{ system: 's' }]],
    ['Coding', { display: 'd' }, []],
    ['Identifier', { system: 's', value: 'v', type: { text: 't' } }, [{ system: 's', code: 'v' }]],
    ['ContactPoint', { system: 'phone', value: '555' }, [{ system: 'phone', code: '555' }]],
    [
      'CodeableConcept',
      { coding: [{ system: 's', code: 'a' }, { code: 'b' }], text: 't' },
      [{ system: 's', code: 'a' }, { code: 'b' }],
    ],
    ['CodeableConcept', { text: 't' }, []],
  ])('takes %s %j', (type, value, expected) => {
    expect(entriesOf(type, value)).toEqual(expected);
  });

  it('are found by their own value, whatever is in it', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'B', ':', '/', ',', '|', '$', '\\', ' '), minLength: 1 });
    fc.assert(
      fc.property(text, text, (system, value) => {
        expect(parse(`${escapeValue(system)}|${escapeValue(value)}`)).toEqual(
          entriesOf('Identifier', { system, value }),
        );
        expect(parse(escapeValue(value))).toEqual(entriesOf('Identifier', { value }));
      }),
    );
  });
});
