import type { CodeSystem, ValueSet } from 'fhir/r4.js';
import { describe, expect, test } from 'vitest';
import type { ValueSetCodes } from './definitions.ts';
import { loadDefinitions } from './load-definitions.ts';
import { valueSetCodes } from './value-set-codes.ts';

const r4 = loadDefinitions({ folders: ['profiles/r4'], packages: [] });
const HL7 = 'http://hl7.org/fhir/ValueSet';

const FRUIT = 'https://example.org/fruit';
const fruit: CodeSystem = {
  resourceType: 'CodeSystem',
  url: FRUIT,
  status: 'active',
  content: 'complete',
  caseSensitive: true,
  concept: [
    {
      code: 'citrus',
      concept: [{ code: 'lemon', property: [{ code: 'colour', valueCode: 'yellow' }] }, { code: 'lime' }],
    },
    {
      code: 'banana',
      property: [
        { code: 'colour', valueCode: 'yellow' },
        { code: 'parent', valueCode: 'berry' },
      ],
    },
    { code: 'berry' },
  ],
};

const codesOf = (more: Partial<ValueSet>, codeSystem: CodeSystem = fruit, others: Record<string, ValueSetCodes> = {}) =>
  valueSetCodes(
    { resourceType: 'ValueSet', url: 'https://example.org/tried', status: 'active', ...more },
    { codeSystem: url => (url === codeSystem.url ? codeSystem : undefined), valueSet: url => others[url] },
  );
const including = (include: NonNullable<ValueSet['compose']>['include'][number], codeSystem?: CodeSystem) =>
  codesOf({ compose: { include: [include] } }, codeSystem);
const all = (codes: ValueSetCodes): string[] => [...codes.sample(100)].sort();

test('a whole code system is in', () => {
  const codes = including({ system: FRUIT });
  expect(codes.judge('lime', FRUIT)).toBe('yes');
  expect(codes.judge('apple', FRUIT)).toBe('no');
  expect(codes.judge('lime', 'https://example.org/other')).toBe('no');
});

test('a code without a system may be of any system of the value set', () => {
  const codes = codesOf({
    compose: { include: [{ system: FRUIT }, { system: 'https://example.org/nut', concept: [{ code: 'almond' }] }] },
  });
  expect([codes.judge('lime'), codes.judge('almond'), codes.judge('apple')]).toEqual(['yes', 'yes', 'no']);
  expect(codes.systems).toEqual([FRUIT, 'https://example.org/nut']);
});

test.each([
  [{ property: 'concept', op: 'is-a', value: 'citrus' }, ['citrus', 'lemon', 'lime']],
  [{ property: 'concept', op: 'descendent-of', value: 'citrus' }, ['lemon', 'lime']],
  [{ property: 'concept', op: 'is-a', value: 'berry' }, ['banana', 'berry']],
  [{ property: 'concept', op: 'is-not-a', value: 'citrus' }, ['banana', 'berry']],
  [{ property: 'concept', op: 'generalizes', value: 'lemon' }, ['citrus', 'lemon']],
  [{ property: 'code', op: 'in', value: 'lime, berry' }, ['berry', 'lime']],
  [{ property: 'code', op: 'regex', value: 'l.*' }, ['lemon', 'lime']],
  [{ property: 'colour', op: '=', value: 'yellow' }, ['banana', 'lemon']],
  [{ property: 'colour', op: 'exists', value: 'false' }, ['berry', 'citrus', 'lime']],
] as const)('the filter %j leaves %j', (filter, expected) => {
  const codes = including({ system: FRUIT, filter: [filter] });
  expect(all(codes)).toEqual(expected);
  expect(codes.judge('apple', FRUIT)).toBe('no');
});

test.each([
  { property: 'taste', op: '=', value: 'sweet' },
  { property: 'concept', op: 'is-a', value: 'nut' },
  { property: 'concept', op: 'child-of' as 'is-a', value: 'citrus' },
] as const)('what the filter %j leaves is unknown', filter => {
  expect(including({ system: FRUIT, filter: [filter] }).judge('lime', FRUIT)).toBe('unknown');
});

test('excluded codes are out', () => {
  const codes = codesOf({
    compose: { include: [{ system: FRUIT }], exclude: [{ system: FRUIT, concept: [{ code: 'lime' }] }] },
  });
  expect([codes.judge('lime', FRUIT), codes.judge('lime'), codes.judge('lemon')]).toEqual(['no', 'no', 'yes']);
  expect(all(codes)).toEqual(['banana', 'berry', 'citrus', 'lemon']);
});

test('a system and value sets in one include must all hold the code', () => {
  const sour = including({ system: FRUIT, concept: [{ code: 'lemon' }, { code: 'lime' }] });
  const yellow = including({ system: FRUIT, concept: [{ code: 'lemon' }, { code: 'banana' }] });
  const tried = codesOf({ compose: { include: [{ valueSet: ['sour', 'yellow'] }] } }, fruit, { sour, yellow });
  expect(all(tried)).toEqual(['lemon']);
  expect([tried.judge('lime', FRUIT), tried.judge('banana', FRUIT)]).toEqual(['no', 'no']);
});

test('what is not loaded is unknown, not wrong', () => {
  expect(including({ system: 'http://loinc.org' }).judge('1234-5', 'http://loinc.org')).toBe('unknown');
  expect(including({ valueSet: ['https://example.org/none'] }).judge('x')).toBe('unknown');
  const part: CodeSystem = { ...fruit, content: 'fragment' };
  expect(including({ system: FRUIT }, part).judge('lime', FRUIT)).toBe('yes');
  expect(including({ system: FRUIT }, part).judge('apple', FRUIT)).toBe('unknown');
});

test('case matters as the code system says, and is unknown where it says nothing', () => {
  const { caseSensitive: _, ...silent } = fruit;
  const judge = (codeSystem: CodeSystem) => including({ system: FRUIT }, codeSystem).judge('Lime', FRUIT);
  expect(judge(fruit)).toBe('no');
  expect(judge({ ...fruit, caseSensitive: false })).toBe('yes');
  expect(judge(silent)).toBe('unknown');
});

test('an expansion will do where there is no definition', () => {
  const contains = [{ system: FRUIT, code: 'citrus', abstract: true, contains: [{ system: FRUIT, code: 'lime' }] }];
  const codes = codesOf({ expansion: { timestamp: '2026-11-01', contains } });
  expect([codes.judge('lime'), codes.judge('citrus'), codes.judge('apple')]).toEqual(['yes', 'no', 'no']);
});

describe('systems that follow a grammar', () => {
  const judge = (valueSet: string, code: string) => r4.valueSet(`${HL7}/${valueSet}`)?.judge(code);

  test.each(['application/fhir+json', 'image/svg+xml', 'text/plain; charset=utf-8', 'json'])(
    '%s is a MIME type',
    code => expect(judge('mimetypes', code)).toBe('yes'),
  );
  test.each(['pdf', 'image/', 'a b/c', ''])('"%s" is not a MIME type', code =>
    expect(judge('mimetypes', code)).toBe('no'),
  );
  test.each(['en', 'sw-TZ', 'zh-Hant-TW', 'de-CH-1996', 'es-419', 'x-clinic', 'i-klingon'])('%s is a language', code =>
    expect(judge('all-languages', code)).toBe('yes'),
  );
  test.each(['english language', 'e', 'en_US', ''])('"%s" is not a language', code =>
    expect(judge('all-languages', code)).toBe('no'),
  );
  test.each(['TZS', 'GMD', 'XAF', 'USD', 'XXX'])('%s is a currency', code =>
    expect(judge('currencies', code)).toBe('yes'),
  );
  test.each(['$', 'usd', 'ABC', ''])('"%s" is not a currency', code => expect(judge('currencies', code)).toBe('no'));
  test('Africa/Dar_es_Salaam is a time zone', () => {
    expect(judge('timezones', 'Africa/Dar_es_Salaam')).toBe('yes');
    expect(judge('timezones', 'Africa/Atlantis')).toBe('no');
  });
  test('a UCUM unit is not judged, but for characters that none has', () => {
    expect(judge('ucum-units', 'mm[Hg]')).toBe('unknown');
    expect(judge('ucum-units', 'mm Hg')).toBe('no');
  });
});

test('every value set that R4 requires can be judged, but for LOINC answers', () => {
  const unjudged = new Set<string>();
  for (const type of [
    ...r4.resourceTypes,
    'HumanName',
    'Address',
    'ContactPoint',
    'Identifier',
    'Money',
    'Attachment',
  ]) {
    for (const { binding } of r4.structureDefinition(type)?.snapshot.element ?? []) {
      if (binding?.strength !== 'required' || binding.valueSet === undefined) continue;
      const codes = r4.valueSet(binding.valueSet);
      if (codes?.judge('~ ~') !== 'no') unjudged.add(binding.valueSet);
    }
  }
  expect([...unjudged]).toEqual(['http://loinc.org/vs/LL379-9|4.0.1']);
});
