import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BASE_URL, parameterUse } from '../../../test/fixtures/parameter-use.ts';
import type { Json } from '../../fhir/resource.ts';
import { escapeValue } from '../escape.ts';
import type { IndexEntry } from '../index-entry.ts';
import type { Condition, TokenValue } from '../query.ts';
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

  it('refuses other modifiers and names those that it takes', () => {
    expect(() => parse('a', 'exact')).toThrow(
      '":exact". Supported: :text, :not, :of-type, :in, :not-in, :above, :below.',
    );
  });

  const token = (anyOf: TokenValue[]): Condition => ({ kind: 'token', parameter: 'code', anyOf });

  it.each<[string, string, Condition]>([
    ['a', 'not', { kind: 'not', none: token([{ code: 'a' }]) }],
    ['Fièvre', 'text', { kind: 'string', parameter: 'code:text', anyOf: [{ match: 'starts', text: 'fievre' }] }],
    ['s|MR|1', 'of-type', { kind: 'token', parameter: 'code:of-type', anyOf: [{ system: 's', code: 'MR|1' }] }],
    ['|MR|1', 'of-type', { kind: 'token', parameter: 'code:of-type', anyOf: [{ code: 'MR|1' }] }],
  ])('reads %s with the modifier %s', (value, modifier, expected) => {
    expect(tokenType.parse(parameterUse(value, modifier))).toEqual(expected);
  });

  const GENDER = 'http://hl7.org/fhir/administrative-gender';
  const ROLE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';

  it('reads what a value set has, and what is above or below a code', () => {
    const genders = parse('http://hl7.org/fhir/ValueSet/administrative-gender', 'in');
    expect(genders).toEqual(['male', 'female', 'other', 'unknown'].map(code => ({ system: GENDER, code })));
    const below = parse(`${ROLE}|_ActCoverageTypeCode`, 'below');
    expect(below).toContainEqual({ system: ROLE, code: 'EHCPOL' });
    expect(parse(`${ROLE}|EHCPOL`, 'above')).toContainEqual({ system: ROLE, code: '_ActCoverageTypeCode' });
  });

  it.each([
    ['http://nowhere.example/ValueSet/x', 'in', 'The value set that the search names is not loaded here.'],
    ['http://snomed.info/sct|1', 'below', 'is not loaded here'],
    ['1', 'above', 'must be "system|code" with the modifier ":above"'],
    ['MR|1', 'of-type', 'must be "system|code|value"'],
    ['-', 'text', 'text with at least one letter or digit.'],
  ])('refuses %s with the modifier %s', (value, modifier, text) => {
    expect(() => parse(value, modifier)).toThrow(text);
  });

  it('knows the system of elements that have a code alone', () => {
    const gender = { base: ['Patient' as const], expression: 'Patient.gender' };
    const read = (value: string): Condition =>
      tokenType.parse({ ...parameterUse(value, undefined, gender), resourceType: 'Patient' });
    expect(read(`${GENDER}|male`)).toEqual(token([{ code: 'male' }]));
    expect(read('urn:other|male')).toEqual(token([{ system: 'urn:other', code: 'male' }]));
  });
});

describe('index entries of tokens', () => {
  it.each<[string, Json, object[]]>([
    ['code', 'active', [{ code: 'active' }]],
    ['boolean', false, [{ code: 'false' }]],
    ['Coding', { system: 's', code: 'c', display: 'd' }, [{ system: 's', code: 'c' }, { text: 'd' }]],
    ['Coding', { code: 'c' }, [{ code: 'c' }]],
    ['Coding', { system: 's' }, [{ system: 's' }]],
    ['Coding', { display: 'd' }, [{ text: 'd' }]],
    ['Identifier', { system: 's', value: 'v', type: { text: 'T' } }, [{ system: 's', code: 'v' }, { text: 't' }]],
    [
      'Identifier',
      { value: 'v', type: { coding: [{ system: 't', code: 'a|b' }, { code: 'c' }] } },
      [{ code: 'v' }, { system: 't', code: 'a\\|b|v' }, { code: 'c|v' }],
    ],
    ['ContactPoint', { system: 'phone', value: '555' }, [{ system: 'phone', code: '555' }]],
    [
      'CodeableConcept',
      { coding: [{ system: 's', code: 'a' }, { code: 'b' }], text: 't' },
      [{ system: 's', code: 'a' }, { code: 'b' }, { text: 't' }],
    ],
    ['CodeableConcept', { text: 't' }, [{ text: 't' }]],
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
