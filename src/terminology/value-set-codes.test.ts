import type { CodeSystem, ValueSet } from 'fhir/r4.js';
import { describe, expect, test } from 'vitest';
import type { ValueSetCodes } from './terminology.ts';
import { type Compose, FRUIT, fruit, terminologyOf, valueSet } from './test-terminology.ts';
import { valueSetCodes } from './value-set-codes.ts';

const TRIED = 'https://example.org/tried';
const codesOf = (definition: Partial<ValueSet>, ...loaded: (CodeSystem | ValueSet)[]): ValueSetCodes =>
  valueSetCodes(
    { resourceType: 'ValueSet', url: TRIED, status: 'active', ...definition },
    terminologyOf(fruit, ...loaded),
  );
const composed = (compose: Compose, ...loaded: (CodeSystem | ValueSet)[]) => codesOf({ compose }, ...loaded);
const including = (include: Compose['include'][number], ...loaded: (CodeSystem | ValueSet)[]) =>
  composed({ include: [include] }, ...loaded);
const listed = ({ members }: ValueSetCodes): string[] => [...members()].map(({ member }) => member.code).sort();

describe('an include (R4 valueset.html#compositions)', () => {
  test('of a whole code system', () => {
    const codes = including({ system: FRUIT });
    expect([codes.judge('lime', FRUIT), codes.judge('apple', FRUIT)]).toEqual(['yes', 'no']);
    expect(codes.judge('lime', 'https://example.org/other')).toBe('no');
  });

  test('of listed concepts', () => {
    const codes = including({ system: 'https://example.org/nut', concept: [{ code: 'almond', display: 'Almond' }] });
    expect([codes.judge('almond', 'https://example.org/nut'), codes.judge('walnut')]).toEqual(['yes', 'no']);
    expect([...codes.members()]).toMatchObject([{ member: { code: 'almond', display: 'Almond' }, verdict: 'yes' }]);
  });

  test('with filters: a concept must pass all of them', () => {
    const filter = [
      { property: 'concept', op: 'is-a' as const, value: 'citrus' },
      { property: 'colour', op: '=' as const, value: 'yellow' },
    ];
    expect(listed(including({ system: FRUIT, filter }))).toEqual(['lemon']);
  });

  test('with a filter that cannot be judged is unknown, and says so', () => {
    const codes = including({ system: FRUIT, filter: [{ property: 'taste', op: '=', value: 'sweet' }] });
    expect(codes.judge('lime', FRUIT)).toBe('unknown');
    expect(codes.gaps).toEqual([`The filter \`taste = sweet\` on code system ${FRUIT} cannot be judged here.`]);
  });

  test('of a code system that is not loaded is unknown, not wrong', () => {
    const codes = including({ system: 'http://loinc.org' });
    expect([codes.judge('1234-5', 'http://loinc.org'), codes.judge('1234-5', FRUIT)]).toEqual(['unknown', 'no']);
    expect(codes.gaps).toEqual(['Code system http://loinc.org is not loaded here.']);
  });

  test('of a fragment is open to more', () => {
    const codes = composed(
      { include: [{ system: `${FRUIT}/part` }] },
      { ...fruit, url: `${FRUIT}/part`, content: 'fragment' },
    );
    expect([codes.judge('lime'), codes.judge('apple'), codes.open]).toEqual(['yes', 'unknown', true]);
  });

  test('a code without a system may be of any system of the value set', () => {
    const codes = composed({
      include: [{ system: FRUIT }, { system: 'https://example.org/nut', concept: [{ code: 'almond' }] }],
    });
    expect(['lime', 'almond', 'apple'].map(code => codes.judge(code))).toEqual(['yes', 'yes', 'no']);
    expect(codes.systems).toEqual([FRUIT, 'https://example.org/nut']);
  });

  test('a thousand of them are compiled, and three regular expressions, more are not', () => {
    const include = Array.from({ length: 1001 }, () => ({ system: FRUIT }));
    expect(composed({ include }).judge('lime', FRUIT)).toBe('unknown');
    const tooMany = [expect.stringContaining('more than 1000 includes and excludes')];
    expect(composed({ include }).gaps).toEqual(tooMany);
    const filter = Array.from({ length: 4 }, () => ({ property: 'code', op: 'regex' as const, value: 'l.*' }));
    expect(including({ system: FRUIT, filter }).gaps).toEqual(tooMany);
  });
});

test('value sets that hold each other twice over do not make work without end', () => {
  const level = (index: number) => `https://example.org/level-${index}`;
  const levels = Array.from({ length: 60 }, (_, index) =>
    valueSet(level(index), {
      include: index === 0 ? [{ system: FRUIT }] : [{ valueSet: [level(index - 1)] }, { valueSet: [level(index - 1)] }],
    }),
  );
  const terminology = terminologyOf(fruit, ...levels);
  expect(terminology.valueSet(level(5))?.judge('apple', FRUIT)).toBe('no');
  expect(terminology.valueSet(level(59))?.judge('apple', FRUIT)).toBe('unknown');
  expect(terminology.valueSet(level(59))?.gaps).toEqual([expect.stringContaining('those of value sets in it counted')]);
});

describe('an exclude (R4 valueset.html#compositions)', () => {
  test('takes out what it holds', () => {
    const codes = composed({ include: [{ system: FRUIT }], exclude: [{ system: FRUIT, concept: [{ code: 'lime' }] }] });
    expect([codes.judge('lime', FRUIT), codes.judge('lime'), codes.judge('lemon')]).toEqual(['no', 'no', 'yes']);
    expect(listed(codes)).toEqual(['banana', 'berry', 'citrus', 'lemon', 'medlar']);
  });

  test('that cannot be judged makes unknown what it may take out', () => {
    const filter = [{ property: 'taste', op: '=' as const, value: 'sweet' }];
    const codes = composed({ include: [{ system: FRUIT }], exclude: [{ system: FRUIT, filter }] });
    expect([codes.judge('lime', FRUIT), codes.judge('apple', FRUIT)]).toEqual(['unknown', 'no']);
    expect([...codes.members()].every(({ verdict }) => verdict === 'unknown')).toBe(true);
  });
});

describe('value sets in a value set (R4 ValueSet.compose.include.valueSet)', () => {
  const sour = valueSet('https://example.org/sour', {
    include: [{ system: FRUIT, concept: [{ code: 'lemon' }, { code: 'lime' }] }],
  });
  const yellow = valueSet('https://example.org/yellow', {
    include: [{ system: FRUIT, concept: [{ code: 'lemon' }, { code: 'banana' }] }],
  });

  test('several in one include hold what is in all of them', () => {
    const codes = including({ valueSet: [sour.url!, yellow.url!] }, sour, yellow);
    expect(listed(codes)).toEqual(['lemon']);
    expect([codes.judge('lime', FRUIT), codes.judge('banana', FRUIT)]).toEqual(['no', 'no']);
  });

  test('one beside a system narrows the system', () => {
    expect(listed(including({ system: FRUIT, valueSet: [yellow.url!] }, yellow))).toEqual(['banana', 'lemon']);
  });

  test('one beside a system that is not loaded is listed in its stead', () => {
    const nuts = valueSet('https://example.org/nuts', {
      include: [{ system: 'http://nut.org', concept: [{ code: 'n' }] }],
    });
    const codes = including({ system: 'http://nut.org', valueSet: [nuts.url!] }, nuts);
    expect([...codes.members()]).toMatchObject([{ member: { code: 'n' }, verdict: 'unknown' }]);
  });

  test('in several includes hold what is in any of them', () => {
    const codes = composed({ include: [{ valueSet: [sour.url!] }, { valueSet: [yellow.url!] }] }, sour, yellow);
    expect(listed(codes)).toEqual(['banana', 'lemon', 'lime']);
  });

  test('one that is not loaded is unknown, and says so', () => {
    const codes = including({ valueSet: ['https://example.org/none'] });
    expect([codes.judge('x'), codes.judge('x', FRUIT)]).toEqual(['unknown', 'unknown']);
    expect(codes.gaps).toEqual(['Value set https://example.org/none is not loaded here.']);
  });

  test('one that includes itself by way of another is told and not hung on', () => {
    const left = valueSet('https://example.org/left', { include: [{ valueSet: ['https://example.org/right'] }] });
    const right = valueSet('https://example.org/right', { include: [{ valueSet: [left.url!] }, { system: FRUIT }] });
    const codes = terminologyOf(fruit, left, right).valueSet(left.url!);
    expect([codes?.judge('lime', FRUIT), codes?.judge('apple', FRUIT)]).toEqual(['yes', 'unknown']);
    expect(codes?.gaps).toEqual(['Value set https://example.org/left includes itself.']);
  });
});

describe('concepts that are not for use', () => {
  test('abstract ones are in only where that is asked for (R4 CodeSystem property notSelectable)', () => {
    const { judge } = including({ system: FRUIT });
    expect([judge('citrus', FRUIT), judge('citrus', FRUIT, true)]).toEqual(['no', 'yes']);
    expect(including({ system: FRUIT }).sample(10)).not.toContain('citrus');
  });

  test('inactive ones are out where the value set says so (R4 ValueSet.compose.inactive)', () => {
    const include = [{ system: FRUIT }];
    expect(composed({ include }).judge('medlar', FRUIT)).toBe('yes');
    expect(composed({ include, inactive: false }).judge('medlar', FRUIT)).toBe('no');
    const concept = [{ code: 'medlar' }, { code: 'lime' }];
    expect(listed(composed({ include: [{ system: FRUIT, concept }], inactive: false }))).toEqual(['lime']);
  });
});

describe('an expansion that came with the value set (R4 valueset.html#expansion)', () => {
  const contains = [{ system: FRUIT, code: 'citrus', abstract: true, contains: [{ system: FRUIT, code: 'lime' }] }];

  test('will do where there is no definition', () => {
    const codes = codesOf({ expansion: { timestamp: '2026-11-01', contains } });
    expect(['lime', 'citrus', 'apple'].map(code => codes.judge(code))).toEqual(['yes', 'no', 'no']);
    expect(codes.gaps).toEqual([]);
  });

  test('leaves unknown what is not listed where it is a page', () => {
    const codes = codesOf({ expansion: { timestamp: '2026-11-01', total: 9, contains } });
    expect([codes.judge('lime', FRUIT), codes.judge('apple', FRUIT)]).toEqual(['yes', 'unknown']);
  });

  test('is not asked where the definition can be judged', () => {
    const codes = codesOf({
      compose: { include: [{ system: FRUIT, concept: [{ code: 'lemon' }] }] },
      expansion: { timestamp: '2026-11-01', contains },
    });
    expect([codes.judge('lemon', FRUIT), codes.judge('lime', FRUIT)]).toEqual(['yes', 'no']);
  });

  test('says yes where the definition names what is not loaded', () => {
    const system = 'http://loinc.org';
    const codes = codesOf({
      compose: { include: [{ system }] },
      expansion: { timestamp: '2026-11-01', contains: [{ system, code: '1234-5' }] },
    });
    expect([codes.judge('1234-5', system), codes.judge('5432-1', system)]).toEqual(['yes', 'unknown']);
  });
});

test('a value set with neither definition nor expansion is unknown', () => {
  expect(codesOf({}).judge('lime', FRUIT)).toBe('unknown');
  expect(codesOf({}).gaps).toEqual(['It has neither a definition nor an expansion.']);
});

test('the version of a system is the one that an include asks for', () => {
  const versions = terminologyOf(fruit);
  const asked: string[] = [];
  valueSetCodes(valueSet(TRIED, { include: [{ system: FRUIT, version: '1' }] }), {
    valueSet: versions.valueSet,
    codeSystem: url => {
      asked.push(url);
      return versions.codeSystem(url);
    },
  });
  expect(asked).toEqual([`${FRUIT}|1`]);
});
