import type { Parameters, ValueSet, ValueSetExpansionContains } from 'fhir/r4.js';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/fhir/resource.ts';
import { expectOutcome } from './expect-outcome.ts';
import { type Answer, useServer } from './start-server.ts';

const server = useServer();
const HL7 = 'http://hl7.org/fhir';
const V3 = 'http://terminology.hl7.org/CodeSystem';
const OPENIMIS = 'https://openimis.github.io/openimis_fhir_r4_ig';

const query = (path: string, parameters: Readonly<Record<string, string | readonly string[]>>): Promise<Answer> => {
  const pairs = Object.entries(parameters).flatMap(([name, values]) => [values].flat().map(value => [name, value]));
  return server.get(`${path}?${new URLSearchParams(pairs as [string, string][])}`);
};
const parameters = (...parameter: JsonObject[]): JsonObject => ({ resourceType: 'Parameters', parameter });

/** `{ name: value }` of the simple parameters of an answer. */
const valuesOf = ({ status, text, body }: Answer): Record<string, unknown> => {
  expect(status, text).toBe(200);
  const found = (body as unknown as Parameters).parameter ?? [];
  return Object.fromEntries(
    found.map(({ name, ...value }) => [name, Object.entries(value).find(([key]) => key.startsWith('value'))?.[1]]),
  );
};

const expansionOf = ({ status, text, body }: Answer) => {
  expect(status, text).toBe(200);
  return (body as unknown as ValueSet).expansion!;
};
const codesOf = (contains: readonly ValueSetExpansionContains[] = []): (string | undefined)[] =>
  contains.map(({ code }) => code);

describe('ValueSet/$validate-code (R4 valueset-operation-validate-code.html)', () => {
  const url = `${HL7}/ValueSet/administrative-gender`;
  const system = `${HL7}/administrative-gender`;

  test('says yes, and what the code should be called', async () => {
    expect(valuesOf(await query('ValueSet/$validate-code', { url, system, code: 'female' }))).toEqual({
      result: true,
      display: 'Female',
    });
    expect(valuesOf(await query('ValueSet/$validate-code', { url: `${url}|4.0.1`, code: 'female' })).result).toBe(true);
    expect(valuesOf(await query('ValueSet/administrative-gender/$validate-code', { code: 'male' })).result).toBe(true);
  });

  test('says no, and what may have been meant', async () => {
    const values = valuesOf(await query('ValueSet/$validate-code', { url, system, code: 'femal' }));
    expect(values).toMatchObject({ result: false, message: expect.stringContaining('Did you mean `female`?') });
    const elsewhere = valuesOf(await query('ValueSet/$validate-code', { url, system: `${HL7}/x`, code: 'male' }));
    expect(elsewhere).toMatchObject({ result: false, message: expect.stringContaining('Correct `system`') });
  });

  test('says yes with the right display where another was given, without regard to case', async () => {
    const asked = { url, system, code: 'female' };
    expect(valuesOf(await query('ValueSet/$validate-code', { ...asked, display: 'Woman' }))).toEqual({
      result: true,
      message: 'The display of `female` is "Female".',
      display: 'Female',
    });
    expect(valuesOf(await query('ValueSet/$validate-code', { ...asked, display: ' FEMALE' })).message).toBeUndefined();
  });

  test('takes a coding or a concept, of which one coding will do', async () => {
    const named = { name: 'url', valueUri: url };
    const right = { system, code: 'male' };
    const wrong = { system: `${HL7}/x`, code: 'm' };
    const judge = async (name: string, value: JsonObject) =>
      valuesOf(await server.post('ValueSet/$validate-code', parameters(named, { name, ...value }))).result;
    expect(await judge('coding', { valueCoding: right })).toBe(true);
    expect(await judge('coding', { valueCoding: wrong })).toBe(false);
    expect(await judge('codeableConcept', { valueCodeableConcept: { coding: [wrong, right] } })).toBe(true);
    expect(await judge('codeableConcept', { valueCodeableConcept: { coding: [wrong] } })).toBe(false);
  });

  test('takes a value set that is sent along, and holds it to R4', async () => {
    const valueSet = {
      resourceType: 'ValueSet',
      status: 'draft',
      compose: { include: [{ system, filter: [{ property: 'code', op: 'regex', value: '.*male' }] }] },
    };
    const asked = (resource: JsonObject, code: string) =>
      server.post(
        'ValueSet/$validate-code',
        parameters(
          { name: 'valueSet', resource },
          { name: 'code', valueCode: code },
          { name: 'system', valueUri: system },
        ),
      );
    expect(valuesOf(await asked(valueSet, 'female')).result).toBe(true);
    expect(valuesOf(await asked(valueSet, 'other')).result).toBe(false);
    expectOutcome(await asked({ ...valueSet, status: 'new' }, 'other'), 422, 'code-not-in-value-set');
    expectOutcome(await asked({ ...valueSet, resourceType: 'Basic' }, 'other'), 400, 'resource-type-mismatch');
  });

  test('says yes to an abstract concept only where that is asked for', async () => {
    const types = { url: `${HL7}/ValueSet/item-type`, system: `${HL7}/item-type`, code: 'question' };
    expect(valuesOf(await query('ValueSet/$validate-code', types))).toMatchObject({
      result: false,
      message: expect.stringContaining('abstract'),
    });
    expect(valuesOf(await query('ValueSet/$validate-code', { ...types, abstract: 'true' })).result).toBe(true);
  });

  test('judges languages, currencies, MIME types and units by their rule', async () => {
    const judge = async (set: string, code: string) =>
      valuesOf(await query('ValueSet/$validate-code', { url: `${HL7}/ValueSet/${set}`, code })).result;
    expect(await judge('all-languages', 'sw-TZ')).toBe(true);
    expect(await judge('currencies', 'KES')).toBe(true);
    expect(await judge('currencies', '$')).toBe(false);
    expect(await judge('mimetypes', 'image/png')).toBe(true);
    expect(await judge('ucum-units', 'mm[Hg]')).toBe(true);
    expect(await judge('ucum-units', 'mm Hg')).toBe(false);
  });

  test('gives no answer where it cannot tell', async () => {
    const asked = { url: `${HL7}/ValueSet/observation-codes`, system: 'http://loinc.org', code: '1234-5' };
    const [issue] = expectOutcome(await query('ValueSet/$validate-code', asked), 422, 'terminology-incomplete');
    expect(issue!.text).toContain('http://loinc.org is not loaded');
  });

  test.each<[Record<string, string>, number, string]>([
    [{ code: 'female' }, 400, 'operation-parameter-missing'],
    [{ url }, 400, 'operation-parameter-missing'],
    [{ url: 'https://example.org/none', code: 'x' }, 404, 'terminology-unknown'],
    [{ url, code: 'female', valueSetVersion: '5.0.0' }, 404, 'terminology-unknown'],
    [{ url: `${url}|5.0.0`, code: 'female' }, 404, 'terminology-unknown'],
    [{ url, system, code: 'female', systemVersion: '5.0.0' }, 404, 'terminology-unknown'],
    [{ url, code: 'female', displey: 'Female' }, 400, 'operation-parameter-unknown'],
  ])('refuses %j', async (asked, status, rule) => {
    expectOutcome(await query('ValueSet/$validate-code', asked), status, rule);
  });

  test('refuses two ways of naming one thing, and an instance that is not there', async () => {
    const twice = await query('ValueSet/administrative-gender/$validate-code', { url, code: 'male' });
    expectOutcome(twice, 400, 'operation-parameter-invalid');
    const codes = parameters(
      { name: 'url', valueUri: url },
      { name: 'code', valueCode: 'male' },
      { name: 'coding', valueCoding: { system, code: 'male' } },
    );
    expectOutcome(await server.post('ValueSet/$validate-code', codes), 400, 'operation-parameter-invalid');
    const many = Array.from({ length: 101 }, () => ({ system, code: 'm' }));
    const concept = { name: 'codeableConcept', valueCodeableConcept: { coding: many } };
    const crowded = parameters({ name: 'url', valueUri: url }, concept);
    expectOutcome(await server.post('ValueSet/$validate-code', crowded), 400, 'operation-parameter-invalid');
    expectOutcome(await query('ValueSet/not-there/$validate-code', { code: 'male' }), 404, 'resource-unknown');
  });
});

describe('ValueSet/$expand (R4 valueset-operation-expand.html)', () => {
  const expand = (asked: Record<string, string>) => query('ValueSet/$expand', asked);
  const url = `${OPENIMIS}/ValueSet/claim-visit-type`;

  test('lists a value set with displays, a time and a total', async () => {
    const answer = await expand({ url });
    expect(answer.body).toMatchObject({ resourceType: 'ValueSet', url });
    expect(answer.body.compose).toBeUndefined();
    const { contains, total, timestamp, identifier } = expansionOf(answer);
    expect(contains).toContainEqual({
      system: `${OPENIMIS}/CodeSystem/claim-visit-type`,
      code: 'E',
      display: 'Emergency',
    });
    expect(total).toBe(contains!.length);
    expect(Date.parse(timestamp)).toBeGreaterThan(0);
    expect(identifier).toMatch(/^urn:uuid:/);
    expect((await expand({ url, includeDefinition: 'true' })).body.compose).toBeDefined();
  });

  test('gives pages that together are the whole', async () => {
    const countries = { url: `${HL7}/ValueSet/claim-type` };
    const whole = codesOf(expansionOf(await expand(countries)).contains);
    const pages: (string | undefined)[] = [];
    for (let offset = 0; offset < whole.length; offset += 2) {
      const page = expansionOf(await expand({ ...countries, count: '2', offset: `${offset}` }));
      expect([page.total, page.offset]).toEqual([whole.length, offset]);
      pages.push(...codesOf(page.contains));
    }
    expect(pages).toEqual(whole);
    expect(expansionOf(await expand({ ...countries, count: '0' }))).toMatchObject({ total: whole.length });
    expect(expansionOf(await expand({ ...countries, count: '0' })).contains).toBeUndefined();
  });

  test('finds by words in code, display or designation, and says what was asked', async () => {
    const { contains, parameter } = expansionOf(
      await expand({ url: `${OPENIMIS}/ValueSet/diagnosis-ICD10-level1`, filter: 'MALARIA plasmodium', count: '3' }),
    );
    expect(contains!.length).toBeGreaterThan(0);
    for (const { display } of contains!) expect(display).toMatch(/malaria/i);
    expect(parameter).toEqual(
      expect.arrayContaining([
        { name: 'filter', valueString: 'MALARIA plasmodium' },
        { name: 'count', valueInteger: 3 },
      ]),
    );
  });

  test('marks concepts that cannot be chosen or are out of use, and leaves them out when asked', async () => {
    const acts = { url: `${V3.replace('CodeSystem', 'ValueSet')}/v3-ActReason` };
    const marked = expansionOf(await expand(acts)).contains!;
    expect(marked.some(({ abstract }) => abstract === true)).toBe(true);
    expect(marked.some(({ inactive }) => inactive === true)).toBe(true);
    const left = expansionOf(await expand({ ...acts, activeOnly: 'true', excludeNotForUI: 'true' })).contains!;
    expect(left.some(({ abstract, inactive }) => abstract === true || inactive === true)).toBe(false);
  });

  test('is flat, and nested where that is asked for', async () => {
    const encounters = { url: `${V3.replace('CodeSystem', 'ValueSet')}/v3-ActEncounterCode` };
    const flat = expansionOf(await expand(encounters));
    expect(flat.contains!.every(({ contains }) => contains === undefined)).toBe(true);
    const nested = expansionOf(await expand({ ...encounters, excludeNested: 'false' }));
    const inpatient = nested.contains!.find(({ code }) => code === 'IMP');
    expect(codesOf(inpatient?.contains)).toEqual(expect.arrayContaining(['ACUTE', 'NONAC']));
    expect(nested.total).toBe(flat.total);
  });

  test('gives designations, and displays in a language', async () => {
    const valueSet: JsonObject = {
      resourceType: 'ValueSet',
      status: 'active',
      compose: {
        include: [
          {
            system: 'https://example.org/fruit',
            concept: [
              { code: 'banana', display: 'Banana', designation: [{ language: 'sw', value: 'Ndizi' }] },
              { code: 'medlar', display: 'Medlar' },
            ],
          },
        ],
      },
    };
    const sent = (...more: JsonObject[]) =>
      server.post('ValueSet/$expand', parameters({ name: 'valueSet', resource: valueSet }, ...more));
    const spoken = await sent({ name: 'displayLanguage', valueCode: 'sw-TZ' });
    expect(expansionOf(spoken).contains!.map(({ display }) => display)).toEqual(['Ndizi', 'Medlar']);
    const designated = await sent({ name: 'includeDesignations', valueBoolean: true });
    expect(expansionOf(designated).contains![0]!.designation).toEqual([{ language: 'sw', value: 'Ndizi' }]);
    const bare = await server.post('ValueSet/$expand', valueSet);
    expect(codesOf(expansionOf(bare).contains)).toEqual(['banana', 'medlar']);
  });

  test('marks what is a fragment as not closed', async () => {
    const { extension } = expansionOf(await expand({ url: `${HL7}/ValueSet/insuranceplan-type` }));
    expect(extension).toEqual([{ url: `${HL7}/StructureDefinition/valueset-unclosed`, valueBoolean: true }]);
  });

  test.each([
    ['http://hl7.org/fhir/ValueSet/observation-codes', 'loinc.org is not loaded'],
    ['http://hl7.org/fhir/ValueSet/all-languages', 'but not listed'],
  ])('never gives a part of %s for the whole', async (unlisted, reason) => {
    const [issue] = expectOutcome(await expand({ url: unlisted }), 422, 'terminology-incomplete');
    expect(issue!.text).toContain(reason);
  });

  test('refuses what is too large to give at once, and gives a page of it', async () => {
    const concept = Array.from({ length: 5001 }, (_, index) => ({ code: `c${index}` }));
    const valueSet = {
      resourceType: 'ValueSet',
      status: 'active',
      compose: { include: [{ system: 'urn:x', concept }] },
    };
    const sent = (...more: JsonObject[]) =>
      server.post('ValueSet/$expand', parameters({ name: 'valueSet', resource: valueSet }, ...more));
    expectOutcome(await sent(), 422, 'expansion-too-costly');
    expect(expansionOf(await sent({ name: 'count', valueInteger: 1 })).total).toBe(5001);
  });

  test('is not held up by a regular expression that was made to hang', async () => {
    const include = [
      { system: `${HL7}/resource-types`, filter: [{ property: 'code', op: 'regex', value: '([A-Za-z]+)+-' }] },
    ];
    const started = performance.now();
    const answer = await server.post('ValueSet/$expand', {
      resourceType: 'ValueSet',
      status: 'active',
      compose: { include },
    });
    expectOutcome(answer, 422, 'terminology-incomplete');
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test.each<[Record<string, string>, string]>([
    [{ url, count: '-1' }, 'operation-parameter-invalid'],
    [{ url, offset: 'x' }, 'operation-parameter-invalid'],
    [{}, 'operation-parameter-missing'],
  ])('refuses %j', async (asked, rule) => {
    expectOutcome(await expand(asked), 400, rule);
  });
});

describe('CodeSystem/$lookup (R4 codesystem-operation-lookup.html)', () => {
  const lookup = (asked: Record<string, string | string[]>) => query('CodeSystem/$lookup', asked);
  const roles = `${V3}/v3-RoleCode`;

  test('tells name, version, display and properties of a code', async () => {
    const answer = await lookup({ system: roles, code: 'FTH' });
    expect(valuesOf(answer)).toMatchObject({ name: 'v3.RoleCode', display: 'father' });
    const parts = (answer.body as unknown as Parameters).parameter!.filter(({ name }) => name === 'property');
    expect(parts.map(({ part }) => part)).toContainEqual([
      { name: 'code', valueCode: 'parent' },
      { name: 'value', valueCode: 'PRN' },
    ]);
  });

  test('tells the properties that are asked for, and no others', async () => {
    const answer = await lookup({ system: roles, code: 'PRN', property: ['child', 'lang.sw'] });
    const found = (answer.body as unknown as Parameters).parameter!;
    expect(new Set(found.map(({ name }) => name))).toEqual(new Set(['name', 'display', 'property']));
    expect(found.flatMap(({ part }) => part?.[1]?.valueCode ?? [])).toEqual(expect.arrayContaining(['FTH', 'MTH']));
  });

  test('takes a coding', async () => {
    const coding = { name: 'coding', valueCoding: { system: roles, code: 'FTH' } };
    expect(valuesOf(await server.post('CodeSystem/$lookup', parameters(coding))).display).toBe('father');
  });

  test('knows the names of languages and currencies', async () => {
    expect(valuesOf(await lookup({ system: 'urn:ietf:bcp:47', code: 'sw' })).display).toBe('Swahili');
    expect(valuesOf(await lookup({ system: 'urn:iso:std:iso:4217', code: 'TZS' })).display).toBe('Tanzanian Shilling');
    expect(valuesOf(await lookup({ system: 'http://unitsofmeasure.org', code: 'mg' })).display).toBe('mg');
  });

  test.each<[Record<string, string>, number, string]>([
    [{ system: roles, code: 'FTHR' }, 404, 'concept-unknown'],
    [{ system: roles, code: 'FTH', version: '1' }, 404, 'terminology-unknown'],
    [{ system: 'http://loinc.org', code: '1234-5' }, 404, 'terminology-unknown'],
    [{ system: 'http://snomed.info/sct', code: '22298006' }, 404, 'terminology-unknown'],
    [{ system: 'urn:iso:std:iso:4217', code: '$' }, 404, 'concept-unknown'],
    [{ code: 'FTH' }, 400, 'operation-parameter-missing'],
    [{ system: roles }, 400, 'operation-parameter-missing'],
  ])('refuses %j', async (asked, status, rule) => {
    expectOutcome(await lookup(asked), status, rule);
  });
});

describe('CodeSystem/$validate-code (R4 codesystem-operation-validate-code.html)', () => {
  const url = `${HL7}/administrative-gender`;
  const judge = async (asked: Record<string, string>) => valuesOf(await query('CodeSystem/$validate-code', asked));

  test('says whether a code is one of the system', async () => {
    expect(await judge({ url, code: 'male' })).toEqual({ result: true, display: 'Male' });
    expect(await judge({ url, code: 'mal' })).toMatchObject({
      result: false,
      message: expect.stringContaining('`male`'),
    });
    expect(valuesOf(await query('CodeSystem/administrative-gender/$validate-code', { code: 'male' })).result).toBe(
      true,
    );
    expect((await judge({ url: `${url}|4.0.1`, code: 'male' })).result).toBe(true);
    expectOutcome(
      await query('CodeSystem/$validate-code', { url, version: '5.0.0', code: 'male' }),
      404,
      'terminology-unknown',
    );
    expect((await judge({ url: 'urn:ietf:bcp:47', code: 'xx' })).result).toBe(false);
  });

  test('takes a code system that is sent along', async () => {
    const codeSystem = {
      resourceType: 'CodeSystem',
      url: 'https://example.org/fruit',
      status: 'active',
      content: 'complete',
      concept: [{ code: 'lime', display: 'Lime' }],
    };
    const asked = (system: string) =>
      parameters(
        { name: 'codeSystem', resource: codeSystem },
        { name: 'coding', valueCoding: { system, code: 'lime' } },
      );
    const judged = async (system: string) =>
      valuesOf(await server.post('CodeSystem/$validate-code', asked(system))).result;
    expect(await judged('https://example.org/fruit')).toBe(true);
    expect(await judged('https://example.org/nut')).toBe(false);
  });

  test('gives no answer where it cannot tell', async () => {
    const sent = { url: 'http://loinc.org', code: '1234-5' };
    expectOutcome(await query('CodeSystem/$validate-code', sent), 422, 'terminology-incomplete');
    expectOutcome(await query('CodeSystem/$validate-code', { code: 'male' }), 400, 'operation-parameter-missing');
  });
});

describe('CodeSystem/$subsumes (R4 codesystem-operation-subsumes.html)', () => {
  const roles = `${V3}/v3-RoleCode`;
  const outcome = async (codeA: string, codeB: string) =>
    valuesOf(await query('CodeSystem/$subsumes', { system: roles, codeA, codeB })).outcome;

  test('says which of two codes is a kind of the other', async () => {
    expect(await outcome('FAMMEMB', 'FTH')).toBe('subsumes');
    expect(await outcome('FTH', 'FAMMEMB')).toBe('subsumed-by');
    expect(await outcome('FTH', 'FTH')).toBe('equivalent');
    expect(await outcome('FTH', 'MTH')).toBe('not-subsumed');
    const instance = await query('CodeSystem/v3-RoleCode/$subsumes', { codeA: 'PRN', codeB: 'FTH' });
    expect(valuesOf(instance).outcome).toBe('subsumes');
  });

  test('takes codings, and refuses what is not there', async () => {
    const coding = (name: string, code: string) => ({ name, valueCoding: { system: roles, code } });
    const sent = parameters(coding('codingA', 'PRN'), coding('codingB', 'MTH'));
    expect(valuesOf(await server.post('CodeSystem/$subsumes', sent)).outcome).toBe('subsumes');
    const unknown = { system: roles, codeA: 'PRN', codeB: 'none' };
    expectOutcome(await query('CodeSystem/$subsumes', unknown), 404, 'concept-unknown');
    expectOutcome(
      await query('CodeSystem/$subsumes', { system: roles, codeA: 'PRN' }),
      400,
      'operation-parameter-missing',
    );
    const elsewhere = { ...unknown, system: 'http://loinc.org' };
    expectOutcome(await query('CodeSystem/$subsumes', elsewhere), 404, 'terminology-unknown');
  });
});

describe('definitions that clients have stored', () => {
  const plain = useServer({ KIUNGO_CAPABILITIES: 'r4' });

  test('are expanded and judged where the operation is called on them', async () => {
    const valueSet = {
      resourceType: 'ValueSet',
      status: 'active',
      compose: { include: [{ valueSet: [`${HL7}/ValueSet/administrative-gender`] }] },
    };
    const { body } = await plain.post('ValueSet', valueSet);
    expect(codesOf(expansionOf(await plain.get(`ValueSet/${body.id}/$expand`)).contains)).toContain('female');
    const judged = await plain.get(`ValueSet/${body.id}/$validate-code?code=female`);
    expect(valuesOf(judged).result).toBe(true);

    const concept = [{ code: 'citrus', concept: [{ code: 'lime', display: 'Lime' }] }];
    const codeSystem = { resourceType: 'CodeSystem', status: 'active', content: 'complete', concept };
    const { body: stored } = await plain.post('CodeSystem', codeSystem);
    const lime = await plain.get(`CodeSystem/${stored.id}/$validate-code?code=lime`);
    expect(valuesOf(lime)).toEqual({ result: true, display: 'Lime' });
    const kind = await plain.get(`CodeSystem/${stored.id}/$subsumes?codeA=citrus&codeB=lime`);
    expect(valuesOf(kind).outcome).toBe('subsumes');
  });
});
