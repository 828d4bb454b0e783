import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Resource } from '../resource.ts';
import { ExpressionError, expressionFor } from './expression.ts';
import { fhirpathJsExpression } from './fhirpath-js.ts';

/*
 * Expressions come with profiles, and profiles from anywhere. None may run for ever, take all memory, or be more than an expression.
 */

const large = {
  resourceType: 'Basic',
  id: 'x',
  extension: Array.from({ length: 1000 }, (_, index) => ({
    url: `http://example.org/${index % 7}`,
    valueString: `${'a'.repeat(40)}${index}`,
  })),
} as Resource;
const context = { resource: large };

/** What an invariant says, within a time; none of these can hold. */
function judge(test: () => boolean): boolean {
  const started = performance.now();
  const result = test();
  expect(performance.now() - started).toBeLessThan(3000);
  return result;
}

const doubled = (part: string, times: number) => `${part}.`.repeat(times);

describe('what would take for ever', () => {
  test.each([
    ['a collection that grows without end', "id.repeat($this & 'x').empty()"],
    ['a collection that doubles', `id.${doubled('select($this.combine($this))', 40)}empty()`],
    ['a text that doubles', `id.${doubled('select($this & $this)', 60)}matches('y')`],
    ['a text that is replaced by longer ones', `id.${doubled("replace('', 'xxxxxxxxxxxxxxxxxxxx')", 30)}empty()`],
    ['a text that a total collects', "extension.aggregate($total & $total & 'x', '').empty()"],
    ['loops in loops', `${'descendants().all(%resource.'.repeat(6)}id = 'y'${')'.repeat(6)}`],
    ['paths in loops in loops', `${'%resource.extension.all('.repeat(8)}%resource.id = 'y'${')'.repeat(8)}`],
    [
      'all compared with all',
      `${'%resource.extension.all('.repeat(4)}%resource.descendants().intersect(%resource.descendants()).empty()${')'.repeat(4)}`,
    ],
    ['everything beneath everything', 'repeat(descendants() | %resource.descendants()).empty()'],
    ['a regular expression that tries everything', "extension.value.all(matches('^(a+)+$'))"],
    ['a regular expression made of a text', "extension.value.all(matches('^(a' & '+)+$'))"],
    ['a replacement that tries everything', "extension.value.all(replaceMatches('(a+)+$', 'x').empty())"],
  ])('%s is not evaluated', (_, text) => {
    const expression = expressionFor(text);
    expect(expression.compiled).toBe(true);
    expect(judge(() => expression.test(large, context))).toBe(false);
  });

  test.each([
    [
      'loops in loops',
      `${'descendants().ofType(string).all(%resource.'.repeat(5)}id.encode('hex') = 'y'${')'.repeat(5)}`,
    ],
    [
      'a regular expression that tries everything',
      "extension.value.ofType(string).all(matches('^(a+)+$') and encode('hex').exists())",
    ],
    ['a collection that grows without end', "id.encode('hex').repeat($this & 'x').empty()"],
  ])('%s is stopped in fhirpath.js too', (_, text) => {
    const expression = fhirpathJsExpression(text, 'Basic');
    expect(expression.compiled).toBe(false);
    expect(judge(() => expression.test(large, context))).toBe(false);
  });

  test('what is asked of one resource is counted together', () => {
    const expression = expressionFor('%resource.descendants().all(%resource.id.exists())');
    const budget = { spent: 0 };
    const answers = new Set<boolean>();
    judge(() => {
      for (let index = 0; index < 10_000; index++) answers.add(expression.test(large, { ...context, budget }));
      return true;
    });
    expect([...answers]).toEqual([true, false]);
    expect(expression.test(large, context)).toBe(true);
  });

  test.each([`a.${doubled('select($this | $this)', 30)}exists()`, "name.matches('(?=(a+)+b)')", "name.matches('(')"])(
    '%s is refused when it is read',
    text => {
      expect(() => expressionFor(text)).toThrow(ExpressionError);
    },
  );

  test('a regular expression that is wrong makes an invariant fail, and nothing else', () => {
    expect(expressionFor("id.matches('(' & id)").test(large, context)).toBe(false);
    expect(() => expressionFor("id.matches('(' & id)").select(large, context)).toThrow(ExpressionError);
  });
});

describe('what would be more than an expression', () => {
  const texts = [
    "'",
    '"',
    '`',
    '\\',
    '\u2028',
    '${',
    '}',
    '*/',
    '//',
    ';',
    '\n',
    ')',
    'globalThis.pwned=1',
    'constructor',
    '__proto__',
    'x',
  ];
  const evil = fc.array(fc.constantFrom(...texts), { maxLength: 6 }).map(parts => parts.join(''));
  const quoted = (text: string, quote: string) => quote + text.replace(/[\\`']/g, '\\$&').replace(/\n/g, '\\n') + quote;
  const templates: ((text: string) => string)[] = [
    text => quoted(text, '`'),
    text => `${quoted(text, '`')}.exists()`,
    text => `a.${quoted(text, '`')}.where(${quoted(text, '`')} = ${quoted(text, "'")})`,
    text => `a.select(${quoted(text, "'")} & b)`,
    text => `a.ofType(${quoted(text, '`')})`,
    text => `a is ${quoted(text, '`')}`,
    text => `(a as ${quoted(text, '`')}).b`,
    text => `${quoted(text, '`')}(1)`,
    text => `%${quoted(text, '`')}`,
    text => `%${quoted(`vs-${text}`, "'")}`,
    text => `extension(${quoted(text, "'")}).value`,
    text => `a.memberOf(${quoted(text, "'")}) or a.conformsTo(${quoted(text, "'")})`,
    text => `'x'.replace(${quoted(text, "'")}, ${quoted(text, "'")})`,
    text => `1 ${quoted(text, "'")} > 2 ${quoted(text, "'")}`,
    text => `a.matches(${quoted(text, "'")})`,
    text => `a.trace(${quoted(text, "'")})`,
  ];

  test('no text of an expression becomes code', () => {
    const node = { resourceType: 'Basic', a: [{ b: 'x' }] } as Resource;
    fc.assert(
      fc.property(fc.constantFrom(...templates), evil, (template, text) => {
        try {
          const expression = expressionFor(template(text));
          expression.test(node, { resource: node });
          expression.select(node, { resource: node });
        } catch (error) {
          expect(error, template(text)).toBeInstanceOf(ExpressionError);
        }
        expect((globalThis as { pwned?: unknown }).pwned).toBeUndefined();
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    "constructor.constructor('return process')()",
    "a.constructor('x')",
    'globalThis.exists()',
    'process.exit()',
    '%process',
    "%terminologies.validateVS('http://v', a)",
    'eval()',
    "require('fs')",
    'elementDefinition()',
  ])('%s finds nothing', text => {
    const node = { resourceType: 'Basic', a: [{ b: 'x' }] } as Resource;
    try {
      expect([[], [false]]).toContainEqual(expressionFor(text).select(node, { resource: node }));
    } catch (error) {
      expect(error).toBeInstanceOf(ExpressionError);
    }
  });
});
