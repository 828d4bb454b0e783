import type { CodeSystem } from 'fhir/r4.js';
import { describe, expect, test } from 'vitest';
import { codeSystemConcepts } from './code-system-concepts.ts';
import { FRUIT, fruit } from './test-terminology.ts';

const judged = (codeSystem: Partial<CodeSystem>, ...codes: string[]) => {
  const { judge } = codeSystemConcepts({ ...fruit, ...codeSystem });
  return codes.map(judge);
};

describe('the content of a code system (R4 codesystem.html#status)', () => {
  test('complete: what is not there is no code', () => {
    expect(judged({}, 'lime', 'apple')).toEqual(['yes', 'no']);
  });

  test.each(['fragment', 'example'] as const)('%s: what is not there is unknown', content => {
    expect(judged({ content }, 'lime', 'apple')).toEqual(['yes', 'unknown']);
  });

  test.each(['not-present', 'supplement'] as const)('%s: nothing is known', content => {
    expect(judged({ content }, 'lime', 'apple')).toEqual(['unknown', 'unknown']);
  });

  test('compositional: a code may be put together of others', () => {
    expect(judged({ compositional: true }, 'lime', 'lemon+lime')).toEqual(['yes', 'unknown']);
  });
});

describe('the case of codes (R4 CodeSystem.caseSensitive)', () => {
  test('matters as the system says, and is unknown where it says nothing', () => {
    const { caseSensitive: _, ...silent } = fruit;
    expect(judged({ caseSensitive: true }, 'Lime')).toEqual(['no']);
    expect(judged({ caseSensitive: false }, 'Lime')).toEqual(['yes']);
    expect(codeSystemConcepts(silent).judge('Lime')).toBe('unknown');
  });

  test('does not hide a concept where it does not matter', () => {
    expect(codeSystemConcepts({ ...fruit, caseSensitive: false }).find('LIME')?.code).toBe('lime');
    expect(codeSystemConcepts(fruit).find('LIME')).toBeUndefined();
  });
});

describe('the hierarchy (R4 codesystem.html#hierarchy)', () => {
  const concepts = codeSystemConcepts(fruit);

  test('is made of nesting and of the properties parent and child', () => {
    expect(concepts.children('citrus')).toEqual(['lemon', 'lime']);
    expect(concepts.parents('banana')).toEqual(['berry']);
    expect([...concepts.descendants('citrus')].sort()).toEqual(['lemon', 'lime']);
  });

  test('may run in a circle without end', () => {
    const circle = codeSystemConcepts({
      ...fruit,
      concept: [
        { code: 'a', property: [{ code: 'parent', valueCode: 'b' }] },
        { code: 'b', property: [{ code: 'parent', valueCode: 'a' }] },
      ],
    });
    expect([...circle.descendants('a')]).toEqual(['b']);
  });
});

describe('the state of a concept (R4 codesystem.html#defined-props)', () => {
  test('is read by the standard uri of a property, or by its code', () => {
    const { find } = codeSystemConcepts(fruit);
    expect(['citrus', 'lemon'].map(code => find(code)?.abstract)).toEqual([true, false]);
    expect(['medlar', 'lemon'].map(code => find(code)?.inactive)).toEqual([true, false]);
  });

  test('is read from the status that v2 and v3 tables have', () => {
    const { find } = codeSystemConcepts({
      ...fruit,
      concept: ['active', 'retired', 'deprecated'].map(code => ({
        code,
        property: [{ code: 'status', valueCode: code }],
      })),
    });
    const states = ['active', 'retired', 'deprecated'].map(code => [find(code)?.inactive, find(code)?.deprecated]);
    expect(states).toEqual([
      [false, false],
      [true, false],
      [false, true],
    ]);
  });
});

test('a supplement adds designations and properties, and no codes (R4 codesystem.html#supplements)', () => {
  const supplement: CodeSystem = {
    resourceType: 'CodeSystem',
    status: 'active',
    content: 'supplement',
    supplements: FRUIT,
    concept: [
      {
        code: 'lemon',
        designation: [{ language: 'sw', value: 'Limau' }],
        property: [{ code: 'inactive', valueBoolean: true }],
      },
      { code: 'apple', designation: [{ language: 'sw', value: 'Tufaha' }] },
    ],
  };
  const { find, judge } = codeSystemConcepts(fruit, [supplement]);
  expect(find('lemon')).toMatchObject({ display: 'Lemon', designations: [{ value: 'Limau' }], inactive: true });
  expect(judge('apple')).toBe('no');
});
