import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadDefinitions } from '../definitions/load-definitions.ts';
import { parseExact } from '../fhir/exact-json.ts';
import { FhirError } from '../fhir/fhir-error.ts';
import { createGenerator, randomFrom } from '../validation/test-instances.ts';
import { createElementShapes } from './element-shapes.ts';
import { readXml } from './read-xml.ts';
import { writeXml } from './write-xml.ts';

const root = new URL('../../', import.meta.url).pathname;
const definitions = loadDefinitions({ folders: [`${root}profiles/r4`], packages: [] });
const shapes = createElementShapes(definitions);
const generator = createGenerator(definitions);

const fromXml = (xml: string | Buffer): string => readXml(shapes, Buffer.from(xml), 64);

/** The values of a text, numbers in their written form. XML has no place for blanks around a narrative, nor for HTML's entities. */
const valuesOf = (text: string): unknown =>
  parseExact(
    text
      .replace(/("div"\s*:\s*")(?:\\[nrt]|\s)*(.*?)(?:\\[nrt]|\s)*"(?=\s*[,}])/g, '$1$2"')
      .replaceAll('&nbsp;', '&#160;'),
  );

const expectSame = (text: string): void => {
  for (const isPretty of [false, true]) {
    expect(valuesOf(fromXml(writeXml(shapes, text, isPretty)))).toEqual(valuesOf(text));
  }
};

describe('JSON to XML to JSON is the identity', () => {
  it.each(definitions.resourceTypes)('for generated instances of %s', type => {
    for (const density of [0.9, 0.5, 0.2]) {
      for (let seed = 1; seed <= 4; seed++)
        expectSame(JSON.stringify(generator.resource(type, randomFrom(seed), density)));
    }
  });

  it.each(globSync('test/fixtures/valid/*.json', { cwd: root }))('for %s', file => {
    expectSame(readFileSync(join(root, file), 'utf8'));
  });

  const data = process.env.KIUNGO_TEST_DATA;
  const folders = ['r4-examples', 'openimis/examples'].map(name => join(data ?? '', name)).filter(existsSync);
  const examples = data === undefined ? [] : folders.flatMap(folder => globSync(`${folder}/*.json`));
  if (examples.length === 0) {
    it('published examples are left out, since KIUNGO_TEST_DATA names no folder that holds them', () => {
      process.stdout.write('KIUNGO_TEST_DATA names no examples: none is written as XML.\n');
      expect(examples).toEqual([]);
    });
  } else {
    it.each(examples)('for %s', file => expectSame(readFileSync(file, 'utf8')));
  }

  it('for any text', () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter(value => value.isWellFormed() && /^[\t\n\r\u0020-\uFFFD\u{10000}-\u{10FFFF}]*$/u.test(value));
    fc.assert(
      fc.property(text, fc.array(text, { minLength: 1 }), (family, given) => {
        expectSame(JSON.stringify({ resourceType: 'Patient', name: [{ family, given }] }));
      }),
    );
  });

  it('for any number as it is written', () => {
    const number = fc
      .tuple(fc.bigInt(), fc.option(fc.stringMatching(/^[0-9]{1,30}$/)), fc.option(fc.integer({ min: -400, max: 400 })))
      .map(
        ([whole, fraction, exponent]) =>
          `${whole}${fraction === null ? '' : `.${fraction}`}${exponent === null ? '' : `e${exponent}`}`,
      );
    fc.assert(
      fc.property(number, value => expectSame(`{"resourceType":"Observation","valueQuantity":{"value":${value}}}`)),
    );
  });

  it('for values that are missing beside others', () => {
    expectSame(
      '{"resourceType":"Patient","active":true,"_active":{"id":"a"},"name":[{"given":["A",null],"_given":[null,{"extension":[{"url":"u","valueCode":"c"}]}]},{"_family":{"id":"f"}}]}',
    );
  });
});

it('elements are written in the order of their definition, and values escaped', () => {
  const text = '{"resourceType":"Patient","birthDate":"2000-01-01","name":[{"family":"a\\n\\"<&"}],"id":"p"}';
  expect(writeXml(shapes, text, false)).toBe(
    '<?xml version="1.0" encoding="UTF-8"?><Patient xmlns="http://hl7.org/fhir"><id value="p"/><name><family value="a&#10;&quot;&lt;&amp;"/></name><birthDate value="2000-01-01"/></Patient>',
  );
});

it.each([
  '{"resourceType":"Patient","language":"a\\u0001"}',
  '{"resourceType":"Patient","language":"\\ud800"}',
  '{"resourceType":"Patient","text":{"div":"<div>a</div>"}}',
  '{"resourceType":"Patient","text":{"div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">&unknown;</div>"}}',
  '{"resourceType":"Patient","text":{"div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\"></div><b/>"}}',
  '{"resourceType":"Patient","activ":true}',
  '{"resourceType":"Patient","name":"a"}',
])('%s is refused as XML', text => {
  expect(() => writeXml(shapes, text, false)).toThrow('cannot be written as XML');
});

const claim = writeXml(shapes, readFileSync(`${root}test/fixtures/valid/kiungo-claim.json`, 'utf8'), true);

const isReadOrRefused = (xml: string | Buffer): void => {
  try {
    JSON.parse(fromXml(xml));
  } catch (error) {
    expect(error).toBeInstanceOf(FhirError);
  }
};

describe('whatever comes as XML is read or refused', () => {
  it('bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), bytes => isReadOrRefused(Buffer.from(bytes))));
  });

  it('a claim in which something was put, taken out or repeated', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '/',
      '"',
      '&',
      '&#',
      ';',
      '<!--',
      '-->',
      '<?',
      '?>',
      '<![CDATA[',
      ']]>',
      ' xmlns=""',
      ' id="a"',
      '<div>',
      '</item>',
      '\u0000',
      '=',
      ':',
    );
    const place = fc.nat({ max: claim.length });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(place, place, fc.oneof(piece, fc.string())), { minLength: 1, maxLength: 4 }),
        changes => {
          let xml = claim;
          for (const [from, to, text] of changes) {
            const [start, end] = [Math.min(from, to), Math.max(from, to)];
            xml =
              text.length % 2 === 0
                ? xml.slice(0, start) + text + xml.slice(start)
                : xml.slice(0, start) + text + xml.slice(Math.min(end, start + 30));
          }
          isReadOrRefused(xml);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['tags without an end', () => '<a '.repeat(700_000)],
    ['comments without an end', () => '<!--'.repeat(500_000)],
    ['blanks', () => `<Patient xmlns="http://hl7.org/fhir"${' '.repeat(2_000_000)}`],
    ['blanks between attributes', () => `<Patient ${'a = '.repeat(500_000)}`],
    ['one long name', () => `<${'a'.repeat(2_000_000)}`],
    ['many attributes', () => `<Patient ${Array.from({ length: 150_000 }, (_, index) => `a${index}="b"`).join(' ')}/>`],
    [
      'many prefixes',
      () => `<Patient ${Array.from({ length: 100_000 }, (_, index) => `xmlns:a${index}="b"`).join(' ')}/>`,
    ],
    [
      'references',
      () => `<Patient xmlns="http://hl7.org/fhir"><language value="${'&amp;'.repeat(400_000)}"/></Patient>`,
    ],
    ['ampersands', () => `<Patient xmlns="http://hl7.org/fhir">${'&'.repeat(2_000_000)}</Patient>`],
    ['text and comments', () => `<Patient xmlns="http://hl7.org/fhir">${'<!-- -->\n'.repeat(200_000)}x</Patient>`],
    [
      'narrative',
      () =>
        `<Patient xmlns="http://hl7.org/fhir"><text><div xmlns="http://www.w3.org/1999/xhtml">${'<b>a</b>'.repeat(250_000)}</div></text></Patient>`,
    ],
    [
      'names',
      () => `<Patient xmlns="http://hl7.org/fhir">${'<name><family value="a"/></name>'.repeat(60_000)}</Patient>`,
    ],
  ])('2 MB of %s in time that grows with its length alone', (_what, make) => {
    const xml = Buffer.from(make());
    const start = performance.now();
    isReadOrRefused(xml);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
