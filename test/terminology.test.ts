import { globSync, readFileSync } from 'node:fs';
import type { StructureDefinition } from 'fhir/r4.js';
import { describe, expect, test } from 'vitest';
import { loadDefinitions } from '../src/definitions/load-definitions.ts';
import { grammarOf } from '../src/terminology/grammar-systems.ts';

const r4 = loadDefinitions({ folders: ['profiles/r4'], packages: [] });
const HL7 = 'http://hl7.org/fhir/ValueSet';

/** Elements of all resource and data types of R4. */
const elements = globSync('profiles/r4/StructureDefinition-*.json')
  .map(file => JSON.parse(readFileSync(file, 'utf8')) as StructureDefinition)
  .filter(({ derivation }) => derivation !== 'constraint')
  .flatMap(({ snapshot }) => snapshot!.element);

const boundBy = (strength: string): string[] => {
  const urls = elements.flatMap(({ binding }) =>
    binding?.strength === strength && binding.valueSet !== undefined
      ? [binding.valueSet.replace(/\|4\.0\.1$/, '')]
      : [],
  );
  return [...new Set(urls)].sort();
};

describe('the value sets of R4', () => {
  const isListed = (url: string): boolean => r4.valueSet(url)?.gaps.length === 0;

  test('that are required are judged, all but the answers of LOINC', () => {
    const required = boundBy('required');
    expect(required.length).toBe(224);
    expect(required.filter(url => r4.valueSet(url)?.judge('~ ~') !== 'no')).toEqual(['http://loinc.org/vs/LL379-9']);
  });

  test('that are required can be listed, but for those that follow a rule', () => {
    const byRule = ['currencies', 'mimetypes', 'ucum-units'].map(name => `${HL7}/${name}`);
    expect(boundBy('required').filter(url => !isListed(url))).toEqual([...byRule, 'http://loinc.org/vs/LL379-9']);
  });

  test('hold what they list, and abstract concepts for those who ask', () => {
    const wrong: string[] = [];
    let count = 0;
    for (const url of ['required', 'extensible', 'preferred', 'example'].flatMap(boundBy)) {
      const codes = r4.valueSet(url);
      for (const { member, verdict } of codes?.members() ?? []) {
        count++;
        const { code, system, abstract = false } = member;
        const judged = [codes?.judge(code, system), codes?.judge(code, system, true), codes?.judge(code, 'urn:none')];
        const [chosen, any, elsewhere] = judged;
        const isRight = verdict === 'unknown' || ((chosen === 'yes') === !abstract && any === 'yes');
        if (!isRight || elsewhere === 'yes') wrong.push(`${url} ${system}|${code}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(10_000);
  });

  test('that are extensible or preferred are judged as far as their code systems are loaded', () => {
    const unlisted = ['extensible', 'preferred'].flatMap(boundBy).filter(url => !isListed(url));
    expect(unlisted).toEqual([
      'http://dicom.nema.org/medical/dicom/current/output/chtml/part04/sect_B.5.html#table_B.5-1',
      'http://dicom.nema.org/medical/dicom/current/output/chtml/part16/sect_CID_29.html',
      `${HL7}/consent-content-class`,
      `${HL7}/jurisdiction`,
      `${HL7}/ucum-units`,
      'http://www.rsna.org/RadLex_Playbook.aspx',
      `${HL7}/device-action`,
      `${HL7}/devicemetric-type`,
      `${HL7}/doc-typecodes`,
      `${HL7}/encounter-reason`,
      `${HL7}/formatcodes`,
      `${HL7}/performer-role`,
      `${HL7}/report-codes`,
    ]);
  });
});

describe('code systems that follow a rule', () => {
  const judge = (valueSet: string, code: string) => r4.valueSet(`${HL7}/${valueSet}`)?.judge(code);

  test.each(['application/fhir+json', 'image/svg+xml', 'text/plain; charset=utf-8', 'json'])(
    '%s is a MIME type (R4 valueset-mimetypes.html)',
    code => expect(judge('mimetypes', code)).toBe('yes'),
  );
  test.each(['pdf', 'image/', 'a b/c', ''])('"%s" is not a MIME type', code =>
    expect(judge('mimetypes', code)).toBe('no'),
  );
  test('sw-TZ is a language, xx is none (R4 valueset-all-languages.html)', () => {
    expect([judge('all-languages', 'sw-TZ'), judge('all-languages', 'xx')]).toEqual(['yes', 'no']);
  });
  test.each(['TZS', 'GMD', 'XAF', 'USD', 'XXX'])('%s is a currency (R4 valueset-currencies.html)', code =>
    expect(judge('currencies', code)).toBe('yes'),
  );
  test.each(['$', 'usd', 'ABC', ''])('"%s" is not a currency', code => expect(judge('currencies', code)).toBe('no'));
  test('TZ is a country, QQ and UK are none (R4 valueset-iso3166-1-2.html)', () => {
    const judged = ['TZ', 'QQ', 'UK', 'TZA'].map(code => grammarOf('urn:iso:std:iso:3166')?.judge(code));
    expect(judged).toEqual(['yes', 'no', 'no', 'unknown']);
  });
  test('Africa/Dar_es_Salaam is a time zone (R4 valueset-timezones.html)', () => {
    expect(judge('timezones', 'Africa/Dar_es_Salaam')).toBe('yes');
    expect(judge('timezones', 'Africa/Atlantis')).toBe('no');
  });
  test('a UCUM unit is judged by its grammar (R4 valueset-ucum-units.html)', () => {
    expect(['mm[Hg]', 'mm Hg', 'tab'].map(code => judge('ucum-units', code))).toEqual(['yes', 'no', 'no']);
  });
  test('units of time and length are those that convert to a year and a metre', () => {
    expect(['h', 'mo', 'kg', 'tab'].map(code => judge('all-time-units', code))).toEqual(['yes', 'yes', 'no', 'no']);
    expect(['km', '[in_i]', 'h'].map(code => judge('all-distance-units', code))).toEqual(['yes', 'yes', 'no']);
  });
});

test('an abstract concept of R4 is not to be chosen (R4 CodeSystem item-type: question)', () => {
  const types = r4.valueSet(`${HL7}/item-type`);
  expect([types?.judge('question'), types?.judge('choice')]).toEqual(['no', 'yes']);
});
