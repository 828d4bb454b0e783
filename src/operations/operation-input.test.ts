import { describe, expect, test } from 'vitest';
import { FhirError } from '../fhir/fhir-error.ts';
import { type Declared, readOperationInput } from './operation-input.ts';

const DECLARED = {
  mode: 'text',
  profile: 'text*',
  count: 'integer',
  abstract: 'boolean',
  coding: 'Coding',
  resource: 'Resource',
} as const;

const read = <D extends Declared>(declared: D, body: unknown, parameters: readonly [string, string][] = []) =>
  readOperationInput(
    { parameters, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) },
    declared,
    64,
  );

const parameters = (...parameter: unknown[]) => ({ resourceType: 'Parameters', parameter });

const refusal = (run: () => unknown): { rule?: string; expression?: string; diagnostics?: string } => {
  try {
    run();
  } catch (error) {
    if (error instanceof FhirError) return error.issues[0]!;
    throw error;
  }
  return {};
};

describe('the input of an operation', () => {
  test('is read from the URL, from Parameters, or from both', () => {
    const url: [string, string][] = [
      ['_format', 'json'],
      ['profile', 'https://example.org/a'],
      ['count', '10'],
      ['abstract', 'false'],
    ];
    const body = parameters(
      { name: 'mode', valueCode: 'create' },
      { name: 'profile', valueCanonical: 'https://example.org/b' },
      { name: 'coding', valueCoding: { code: 'a' } },
    );
    expect(read(DECLARED, body, url)).toEqual({
      mode: 'create',
      profile: ['https://example.org/a', 'https://example.org/b'],
      count: 10,
      abstract: false,
      coding: { code: 'a' },
      resource: undefined,
    });
    expect(read(DECLARED, '')).toMatchObject({ mode: undefined, profile: [] });
    expect(read(DECLARED, { resourceType: 'Parameters' })).toMatchObject({ mode: undefined, profile: [] });
  });

  test('is the bare resource where a parameter takes one, numbers as they were written', () => {
    const text = '{"resourceType":"Claim","total":{"value":10.50}}';
    for (const body of [text, `{"resourceType":"Parameters","parameter":[{"name":"resource","resource":${text}}]}`]) {
      const { resource } = read(DECLARED, body);
      expect(resource?.resource).toEqual({ resourceType: 'Claim', total: { value: 10.5 } });
      expect(resource?.text).toBe(text);
    }
    expect(refusal(() => read({ url: 'text' }, text)).rule).toBe('resource-type-mismatch');
  });

  test.each<[unknown, [string, string][], string, RegExp, string | undefined]>([
    [
      parameters({ name: 'profil', valueUri: 'x' }),
      [],
      'unknown',
      /Did you mean profile\?/,
      'Parameters.parameter[0].name',
    ],
    ['', [['colour', 'red']], 'unknown', /It takes mode, profile,/, undefined],
    [parameters({ name: 'mode', valueInteger: 1 }), [], 'invalid', /mode must be a text/, 'Parameters.parameter[0]'],
    [
      parameters({ name: 'mode', valueCode: 'a' }, { name: 'mode', valueCode: 'b' }),
      [],
      'invalid',
      /twice/,
      'Parameters.parameter[1]',
    ],
    [parameters({ name: 'mode', valueCode: 'a' }), [['mode', 'a']], 'invalid', /twice/, 'Parameters.parameter[0]'],
    ['', [['count', 'many']], 'invalid', /whole number/, undefined],
    ['', [['abstract', '1']], 'invalid', /true or false/, undefined],
    ['', [['mode', '']], 'invalid', /must be a text/, undefined],
    ['', [['coding', 'a|b']], 'invalid', /with POST/, undefined],
    ['', [['resource', '{}']], 'invalid', /with POST/, undefined],
    [
      parameters({ name: 'resource', resource: { a: 1 } }),
      [],
      'invalid',
      /must be a resource/,
      'Parameters.parameter[0]',
    ],
    [parameters('mode'), [], 'invalid', /an object with a name/, 'Parameters.parameter[0]'],
    [
      { resourceType: 'Parameters', parameter: 'mode' },
      [],
      'invalid',
      /an object with a name/,
      'Parameters.parameter[0]',
    ],
  ])('%j is refused', (body, url, rule, text, expression) => {
    const issue = refusal(() => read(DECLARED, body, url));
    expect(issue.rule).toBe(`operation-parameter-${rule}`);
    expect(issue.diagnostics).toMatch(text);
    expect(issue.expression).toBe(expression);
  });
});
