import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FhirError } from './fhir-error.ts';
import { splitBundle } from './split-bundle.ts';

const split = async (text: string) => {
  const { bundle, next } = await splitBundle(Buffer.from(text), 20, async () => {});
  const entries = [];
  for (let entry = next(); entry !== undefined; entry = next()) entries.push(entry);
  return { bundle, entries };
};

test('gives the Bundle, its entries, and the text of their resources as it was written', async () => {
  const text =
    '{ "resourceType":"Bundle", "entry" : [ {"fullUrl":"urn:x", "resource" : { "a": [1.50, "}"] } , "request":{}},{"resource":7} ], "type":"batch"}';
  expect(await split(text)).toEqual({
    bundle: { resourceType: 'Bundle', entry: [], type: 'batch' },
    entries: [
      { entry: { fullUrl: 'urn:x', request: {} }, resource: { text: '{ "a": [1.50, "}"] }', depth: 2 } },
      { entry: { resource: 7 }, resource: undefined },
    ],
  });
});

test('knows the names that it looks for however they are written', async () => {
  const text = String.raw`{"\u0065ntry":[{"re\u0073ource":{"a":1}}]}`;
  expect((await split(text)).entries).toEqual([{ entry: {}, resource: { text: '{"a":1}', depth: 1 } }]);
});

test.each(['{}', '{"entry":[]}', '{"entry":[ ]}', '{"type":"batch"}'])('%s has no entries', async text => {
  expect((await split(text)).entries).toEqual([]);
});

test('agrees with JSON.parse on any JSON, however it is indented', async () => {
  const entry = fc.record(
    { fullUrl: fc.string(), resource: fc.dictionary(fc.string(), fc.jsonValue()) },
    { requiredKeys: [] },
  );
  const bundles = fc.record({ id: fc.jsonValue(), entry: fc.array(entry) }, { requiredKeys: ['entry'] });
  await fc.assert(
    fc.asyncProperty(bundles, fc.nat(2), async (bundle, indent) => {
      const text = JSON.stringify(bundle, undefined, indent);
      fc.pre(!text.includes('__proto__'));
      const { entries } = await split(text);
      const joined = entries.map(each =>
        each.resource === undefined
          ? each.entry
          : { ...each.entry, resource: JSON.parse(each.resource.text) as unknown },
      );
      expect(joined).toEqual((JSON.parse(text) as typeof bundle).entry);
    }),
  );
});

describe('what is no JSON', () => {
  const valid =
    '{"resourceType":"Bundle","entry":[{"request":{"method":"GET"},"resource":{"a":["b",1]}},{"fullUrl":"u"}],"type":"x"}';
  const judged = async (text: string): Promise<boolean> => {
    try {
      for (const { resource } of (await split(text)).entries) if (resource !== undefined) JSON.parse(resource.text);
      return true;
    } catch (error) {
      expect(error instanceof FhirError || error instanceof SyntaxError).toBe(true);
      return false;
    }
  };

  test('is refused wherever a character is missing, or one is too many', async () => {
    expect(await judged(valid)).toBe(true);
    for (let at = 0; at < valid.length; at++) {
      for (const instead of ['', ...'{}[],:"x']) {
        const text = valid.slice(0, at) + instead + valid.slice(at + 1);
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        if (!isJson) expect(await judged(text), text).toBe(false);
      }
    }
  });
});
