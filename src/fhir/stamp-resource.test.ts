import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExact } from './exact-json.ts';
import { parseResource } from './parse-resource.ts';
import type { JsonObject } from './resource.ts';
import { printResource, stampResource } from './stamp-resource.ts';

const STAMP = { id: '0190-a', versionId: 3, lastUpdated: Date.UTC(2026, 10, 22, 9, 30, 0, 5) };

const membersOf = (value: JsonObject): string[] =>
  Object.entries(value)
    .map(member => JSON.stringify(member))
    .sort();

const stamp = (text: string): string => stampResource(parseResource(Buffer.from(text), 64), STAMP);

describe('stampResource', () => {
  it.each([
    ['10.50', '10.50'],
    ['1.0E2', '1.0E2'],
    ['0.10', '0.10'],
    ['100000000000000000.01', '100000000000000000.01'],
  ])('keeps the decimal %s as it was written', (written, kept) => {
    expect(stamp(`{"resourceType":"Claim","total":{"value":${written}}}`)).toContain(`"value":${kept}}`);
  });

  it.each([
    ['id and meta in front', '{"id":"x","meta":{"versionId":"9"},"resourceType":"Basic","code":{"text":"a"}}'],
    ['id and meta at the end', '{"resourceType":"Basic","code":{"text":"a"},"meta":{"versionId":"9"},"id":"x"}'],
    ['type in the middle', '{"code":{"text":"a"},"resourceType":"Basic","id":"x"}'],
    ['names written with escapes', '{"resourceType":"Basic","\\u0069d":"x","code":{"text":"a"}}'],
    ['white space between', '{ "resourceType" : "Basic" ,\n "id" : "x" ,\n "code" : { "text" : "a" }\n}\n'],
    ['nothing but the type', '{"resourceType":"Basic"}'],
    ['an id inside another element', '{"resourceType":"Basic","code":{"id":"x","meta":1,"text":"}{,\\"id\\":"}}'],
  ])('assigns id and version with %s', (_what, text) => {
    const stamped = JSON.parse(stamp(text)) as JsonObject;
    const { id: _id, meta: _meta, ...rest } = JSON.parse(text) as JsonObject;
    expect(stamped).toEqual({
      ...rest,
      id: '0190-a',
      meta: { versionId: '3', lastUpdated: '2026-11-22T09:30:00.005Z' },
    });
  });

  it('keeps profile and tags of meta, and their decimals', () => {
    const text =
      '{"resourceType":"Basic","meta":{"versionId":"9","tag":[{"code":"t"}],"extension":[{"url":"u","valueDecimal":1.10}]}}';
    expect(stamp(text)).toBe(
      '{"resourceType":"Basic","id":"0190-a","meta":{"versionId":"3","lastUpdated":"2026-11-22T09:30:00.005Z",' +
        '"tag":[{"code":"t"}],"extension":[{"url":"u","valueDecimal":1.10}]}}',
    );
  });

  it('loses and changes nothing of any resource, whatever its members, spaces and numbers', () => {
    const decimal = fc
      .tuple(fc.bigInt(-(10n ** 20n), 10n ** 20n), fc.stringMatching(/^(\.\d{1,6})?([eE][+-]?\d{1,2})?$/))
      .map(([whole, tail]) => `${whole}${tail}`);
    const space = fc.constantFrom('', ' ', '\n  ');
    const value: fc.Arbitrary<string> = fc.letrec<{ any: string }>(tie => ({
      any: fc.oneof(
        { maxDepth: 4 },
        decimal,
        fc.string().map(text => JSON.stringify(text)),
        fc.constantFrom('true', 'false'),
        fc.array(tie('any'), { maxLength: 3 }).map(items => `[${items.join(',')}]`),
        fc.dictionary(fc.string(), tie('any'), { maxKeys: 4 }).map(
          members =>
            `{${Object.entries(members)
              .map(([name, text]) => `${JSON.stringify(name)}:${text}`)
              .join(',')}}`,
        ),
      ),
    })).any;
    const names = fc.uniqueArray(fc.oneof(fc.constantFrom('id', 'item', 'total'), fc.string({ minLength: 1 })), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(names, fc.infiniteStream(value), space, fc.nat(6), (members, values, gap, position) => {
        const parts = members
          .filter(name => name !== 'resourceType' && name !== 'meta')
          .map(name => `${JSON.stringify(name)}${gap}:${gap}${values.next().value}`);
        parts.splice(position, 0, '"resourceType":"Basic"');
        const text = `{${gap}${parts.join(`${gap},${gap}`)}${gap}}`;
        const { id: _a, meta: _b, ...before } = parseExact(text) as JsonObject;
        const { id, meta, ...after } = parseExact(stamp(text)) as JsonObject;
        expect(membersOf(after)).toEqual(membersOf(before));
        expect(id).toBe('0190-a');
        expect(JSON.stringify(meta)).toBe('{"versionId":"3","lastUpdated":"2026-11-22T09:30:00.005Z"}');
      }),
      { numRuns: 500 },
    );
  });
});

describe('printResource', () => {
  it('prints a resource of our own with its stamp in front', () => {
    expect(printResource({ resourceType: 'ClaimResponse', status: 'active' }, STAMP)).toBe(
      '{"resourceType":"ClaimResponse","id":"0190-a","meta":{"versionId":"3","lastUpdated":"2026-11-22T09:30:00.005Z"},"status":"active"}',
    );
  });
});
