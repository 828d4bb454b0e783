import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FhirError } from './fhir-error.ts';
import { parseResource } from './parse-resource.ts';

const parse = (body: string | Buffer) => parseResource(Buffer.from(body), 64);

const refusalOf = (body: string | Buffer): { rule: string; text: string } => {
  try {
    parse(body);
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    const [{ rule, diagnostics } = { rule: '', diagnostics: '' }] = error.issues;
    expect(error.status).toBe(400);
    return { rule, text: diagnostics };
  }
  return { rule: 'none', text: '' };
};

describe('parseResource', () => {
  it('reads a resource and its text', () => {
    const { resource, text } = parse('{"resourceType":"Basic","code":{"text":"Bödö"}}');
    expect(resource).toEqual({ resourceType: 'Basic', code: { text: 'Bödö' } });
    expect(text).toContain('Bödö');
  });

  it.each([
    ['nothing', '', 'json-malformed'],
    ['half an object', '{"resourceType":"Basic"', 'json-malformed'],
    ['two objects', '{"resourceType":"Basic"}{}', 'json-malformed'],
    ['a comma too many', '{"resourceType":"Basic",}', 'json-malformed'],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'json-encoding'],
    ['an array', '[{"resourceType":"Basic"}]', 'json-not-resource'],
    ['a text', '"Basic"', 'json-not-resource'],
    ['null', 'null', 'json-not-resource'],
    ['an object without type', '{"id":"x"}', 'json-not-resource'],
    ['a type that is a number', '{"resourceType":1}', 'json-not-resource'],
    ['a name twice', '{"resourceType":"Basic","id":"a","id":"b"}', 'json-duplicate-key'],
    ['a name twice, once with escapes', '{"resourceType":"Basic","id":"a","\\u0069d":"b"}', 'json-duplicate-key'],
    ['__proto__ twice', '{"resourceType":"Basic","__proto__":{},"__proto__":{}}', 'json-duplicate-key'],
    ['65 levels', `{"resourceType":"Basic","a":${'['.repeat(64)}${']'.repeat(64)}}`, 'json-too-deep'],
    ['a million open brackets', '['.repeat(1_000_000), 'json-too-deep'],
  ])('refuses %s with 400', (_what, body, rule) => {
    expect(refusalOf(body).rule).toBe(rule);
  });

  it('takes 64 levels', () => {
    expect(parse(`{"resourceType":"Basic","a":${'['.repeat(63)}${']'.repeat(63)}}`).scan.depth).toBe(64);
  });

  it('says where the JSON breaks, without repeating what stands there', () => {
    const { text } = refusalOf('{"resourceType":"Patient",\n "name": Secret}');
    expect(text).toContain('line 2, column 10');
    expect(text).not.toContain('Secret');
  });

  it('says that a byte order mark is in the way, which nobody sees', () => {
    const { rule, text } = refusalOf('\uFEFF{"resourceType":"Basic"}');
    expect(rule).toBe('json-malformed');
    expect(text).toContain('byte order mark');
  });

  it('names the path of a duplicate', () => {
    const { text } = refusalOf('{"resourceType":"Claim","item":[{"a":1},{"b":{"c":1,"d":[1,2],"c":2}}]}');
    expect(text).toContain('item[1].b.c');
  });

  it('keeps numbers exact that JavaScript would change', () => {
    const { resource, exact } = parse('{"resourceType":"Basic","a":12345678901234567.89,"b":1e400}');
    expect(JSON.stringify(exact)).toBe('{"resourceType":"Basic","a":12345678901234567.89,"b":1e400}');
    expect(resource.a).toBe(12345678901234568);
  });

  it('throws nothing but refusals, whatever the bytes', () => {
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc.string(),
      fc.json(),
      fc.json().map(text => text.slice(1)),
    );
    fc.assert(
      fc.property(bytes, body => {
        const buffer = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body);
        try {
          parse(buffer);
        } catch (error) {
          expect(error).toBeInstanceOf(FhirError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
