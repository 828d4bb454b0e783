import type { OperationOutcome } from 'fhir/r4.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDemoScheme } from '../../scripts/demo/scheme.ts';
import { rawNumber } from '../../src/fhir/exact-json.ts';
import { parseStored } from '../../src/fhir/parse-resource.ts';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { normalize } from '../../src/interactions/normalize.ts';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { type Answer, loadScheme, startServer, type TestServer, useServer, YEAR } from './start-server.ts';

const OPENIMIS = 'https://openimis.github.io/openimis_fhir_r4_ig';
const NORMALIZE = { prefer: 'normalize=openimis' };
const DAY = `${YEAR}-06-03`;
const UPPER = '71EFB78B-64EE-4A68-BE29-87DAF566EB20';
const LOWER = UPPER.toLowerCase();

const server = useServer({ KIUNGO_CURRENCY: 'TZS' });
beforeAll(() => loadScheme(server));

const dollars = (text: string): JsonObject => ({ value: rawNumber(text) as unknown as number, currency: '$' });

const line = (sequence: number, kind: string, product: string, code: string, price: string): JsonObject => ({
  extension: [{ url: `${OPENIMIS}//StructureDefinition/claim-item-reference`, valueReference: { reference: product } }],
  sequence,
  category: { text: kind },
  productOrService: { text: code },
  quantity: { value: 1 },
  unitPrice: dollars(price),
});

/** A claim as clients of openIMIS send it: what its backend does not read is left out, the rest is as the backend reads it. */
const openimisClaim = (number: string, more: JsonObject = {}): Resource => ({
  resourceType: 'Claim',
  identifier: [{ type: { coding: [{ system: 'CodeSystem/openimis-identifiers', code: 'MR' }] }, value: number }],
  status: 'ACTIVE',
  type: { coding: [{ system: 'CodeSystem/claim-visit-type', code: 'O' }] },
  patient: { reference: 'Patient/100000003' },
  billablePeriod: { start: DAY, end: DAY },
  created: DAY,
  enterer: { type: 'Practitioner', identifier: { type: { coding: [{ code: 'Code' }] }, value: 'CA-TAM-02' } },
  provider: { reference: 'Organization/HF-TAM-01' },
  diagnosis: [{ sequence: 1, diagnosisCodeableConcept: { coding: [{ system: 'CodeSystem/diagnosis', code: 'B54' }] } }],
  item: [
    line(1, 'service', 'ActivityDefinition/S001', 'S001', '4.00'),
    line(2, 'item', 'Medication/I002', 'I002', '10.50'),
  ],
  total: dollars('14.50'),
  ...more,
});

const issuesOf = ({ body }: Answer): { rule: string; expression: string; severity: string; text: string }[] =>
  (body as unknown as OperationOutcome).issue.map(({ details, expression, severity, diagnostics }) => ({
    rule: details?.coding?.[0]?.code ?? '',
    expression: expression?.[0] ?? '',
    severity,
    text: diagnostics ?? '',
  }));

describe('a claim as clients of openIMIS send it', () => {
  test('is refused as it is, and each fault says what to change', async () => {
    const faults = expectOutcome(await server.post('Claim', openimisClaim('N-strict')), 422, 'format-wrong');
    expect(faults.map(({ rule, expression }) => `${rule} ${expression}`).sort()).toEqual([
      'cardinality-min Claim.insurance',
      'cardinality-min Claim.priority',
      'cardinality-min Claim.use',
      'code-not-in-value-set Claim.item[0].unitPrice.currency',
      'code-not-in-value-set Claim.item[1].unitPrice.currency',
      'code-not-in-value-set Claim.status',
      'code-not-in-value-set Claim.total.currency',
      'format-wrong Claim.diagnosis[0].diagnosis.coding[0].system',
      'format-wrong Claim.identifier[0].type.coding[0].system',
      'format-wrong Claim.type.coding[0].system',
      'reference-not-found Claim.item[0].extension[0].value',
      'reference-not-found Claim.item[1].extension[0].value',
      'reference-not-found Claim.patient',
      'reference-not-found Claim.provider',
    ]);
  });

  test('is stored when it is to be normalised, as R4 and the guide have it', async () => {
    const answer = await server.post('Claim', openimisClaim('N-1'), NORMALIZE);
    expect(answer.status, answer.text).toBe(201);
    expect(answer.headers['preference-applied']).toBe('normalize=openimis');
    expect(answer.body).toMatchObject({
      identifier: [{ type: { coding: [{ system: `${OPENIMIS}/CodeSystem/openimis-identifiers`, code: 'Code' }] } }],
      status: 'active',
      use: 'claim',
      type: { coding: [{ system: `${OPENIMIS}/CodeSystem/claim-visit-type` }] },
      patient: { reference: 'Patient/zuri-sadiki' },
      enterer: { reference: 'Practitioner/peter-mbeki' },
      provider: { reference: 'Organization/tamaro-health-centre' },
      diagnosis: [
        { diagnosisCodeableConcept: { coding: [{ system: `${OPENIMIS}/CodeSystem/diagnosis-ICD10-level1` }] } },
      ],
      insurance: [{ sequence: 1, focal: true, coverage: { reference: 'Coverage/zuri-sadiki-cover' } }],
      item: [
        {
          extension: [
            {
              url: `${OPENIMIS}/StructureDefinition/claim-item-reference`,
              valueReference: { reference: 'ActivityDefinition/outpatient-consultation' },
            },
          ],
          category: { coding: [{ code: 'service' }], text: 'service' },
          unitPrice: { currency: 'TZS' },
        },
        { category: { coding: [{ code: 'item' }] } },
      ],
    });
    expect(answer.text).toContain('"unitPrice":{"value":10.50,"currency":"TZS"}');
    expect(answer.text).toContain('"total":{"value":14.50,"currency":"TZS"}');
    expect((await server.get(`Claim/${answer.body.id}`)).text).toBe(answer.text);
    expect((await normalize(server.app.deps, parseStored(answer.text))).changes).toEqual([]);
    const response = await server.get(`ClaimResponse/${answer.body.id}`);
    expect(response.body).toMatchObject({ insurer: {}, total: [{ amount: { value: 14.5, currency: 'TZS' } }] });
  });

  test('tells every change, of which the header has the number, and no number of the patient', async () => {
    const answer = await server.post('Claim', openimisClaim('N-2'), {
      prefer: 'return=OperationOutcome, normalize=openimis',
    });
    expect(answer.status).toBe(201);
    const changes = issuesOf(answer).filter(({ severity }) => severity === 'information');
    expect(answer.headers['x-kiungo-normalized']).toBe(String(changes.length));
    expect(changes.length).toBe(21);
    for (const change of [
      'normalized-code Claim.status',
      'normalized-default Claim.use',
      'normalized-identifier Claim.identifier[0].type.coding[0]',
      'normalized-category Claim.item[1].category',
      'normalized-reference Claim.patient.reference',
      'normalized-insurance Claim.insurance',
      'normalized-currency Claim.total.currency',
    ]) {
      expect(changes.map(({ rule, expression }) => `${rule} ${expression}`)).toContain(change);
    }
    expect(answer.text).not.toMatch(/100000003/);
  });

  test('gets the first one when it is sent again, by create and by $submit', async () => {
    const first = await server.post('Claim', openimisClaim('N-3'), NORMALIZE);
    const again = await server.post('Claim', openimisClaim('N-3'), NORMALIZE);
    expect([again.status, again.body.id, again.headers.etag]).toEqual([200, first.body.id, 'W/"1"']);
    const submitted = await server.post('Claim/$submit', openimisClaim('N-3'), NORMALIZE);
    expect(submitted.body).toMatchObject({ resourceType: 'ClaimResponse', id: first.body.id });
    const other = openimisClaim('N-3', { total: dollars('15.00') });
    expectOutcome(await server.post('Claim', other, NORMALIZE), 409, 'identity-taken');
  });

  test('is submitted; the answer has the number of changes, or tells them', async () => {
    const wrapped = {
      resourceType: 'Parameters',
      parameter: [{ name: 'resource', resource: openimisClaim('N-4') }],
    };
    const { status, headers, body } = await server.post('Claim/$submit', wrapped, NORMALIZE);
    expect([status, body.resourceType, headers['x-kiungo-normalized']]).toEqual([200, 'ClaimResponse', '21']);
    const told = await server.post('Claim/$submit', wrapped, {
      prefer: 'normalize=openimis; return=OperationOutcome',
    });
    expect(told.status).toBe(200);
    expect(issuesOf(told)).toHaveLength(21);
    expect(told.headers.location).toBe(`${server.url}/ClaimResponse/${body.id}/_history/1`);
  });

  test('is told the changes when it is refused all the same, after the faults', async () => {
    const claim = openimisClaim('N-5', { patient: { reference: 'Patient/baraka-lungu' }, use: 'gift' });
    const answer = await server.post('Claim', claim, NORMALIZE);
    const faults = expectOutcome(answer, 422, 'code-not-in-value-set');
    expect(faults.map(({ expression }) => expression).sort()).toEqual(['Claim.insurance', 'Claim.use']);
    const issues = issuesOf(answer);
    expect(issues.find(({ rule }) => rule === 'not-normalized')).toMatchObject({
      severity: 'information',
      expression: 'Claim.insurance',
      text: expect.stringContaining(`no coverage in force on ${DAY}`),
    });
    expect(issues.filter(({ rule }) => rule === 'normalized-currency')).toHaveLength(3);
  });
});

test.each([
  ['a UUID in capitals that is an identifier', { reference: 'Organization/82A9658E-7067-5E81-81A0-A633947184D0' }],
  ['the address of an openIMIS API', { reference: 'https://imis.example/api/api_fhir_r4/Organization/HF-TAM-01' }],
  [
    'type and UUID',
    {
      type: 'Organization',
      identifier: { type: { coding: [{ code: 'UUID' }] }, value: '82a9658e-7067-5e81-81a0-a633947184d0' },
    },
  ],
])('a facility is found by %s', async (what, provider) => {
  const { status, text, body } = await server.post('Claim', openimisClaim(`P-${what}`, { provider }), NORMALIZE);
  expect(status, text).toBe(201);
  expect(body.provider).toMatchObject({ reference: 'Organization/tamaro-health-centre' });
});

test('what several resources are meant by is left, and said', async () => {
  for (const id of ['twin-a', 'twin-b']) {
    expect((await server.put(`Patient/${id}`, { ...patient('T-1'), id })).status).toBe(201);
  }
  const answer = await server.post(
    'Claim',
    openimisClaim('N-12', { patient: { reference: 'Patient/T-1' } }),
    NORMALIZE,
  );
  expectOutcome(answer, 422, 'cardinality-min');
  expect(issuesOf(answer)).toContainEqual({
    rule: 'not-normalized',
    severity: 'information',
    expression: 'Claim.patient.reference',
    text: expect.stringContaining('Several resources of type Patient'),
  });
});

test('a claim that carries what is stored here refers to that', async () => {
  const { body: person } = await server.put(`Patient/${LOWER.replace('71', '70')}`, {
    ...patient('N-13'),
    id: LOWER.replace('71', '70'),
  });
  const cover = {
    ...(await server.get('Coverage/zuri-sadiki-cover')).body,
    id: 'n-13',
  };
  const beneficiary = { reference: `Patient/${person.id}` };
  expect((await server.put('Coverage/n-13', { ...cover, beneficiary })).status).toBe(201);
  const contained = openimisClaim('N-13', {
    contained: [{ ...patient('N-13'), id: person.id! }],
    patient: { reference: `#Patient/${person.id}` },
  });
  const { status, text, body } = await server.post('Claim', contained, NORMALIZE);
  expect(status, text).toBe(201);
  expect(body.contained).toBeUndefined();
  expect(body.patient).toEqual(beneficiary);
  expect(body.insurance).toMatchObject([{ coverage: { reference: 'Coverage/n-13' } }]);
});

test('an answer that does not say to which claim is that to the claim with its id', async () => {
  const { body: claim } = await server.post('Claim', openimisClaim('N-14'), NORMALIZE);
  const { request: _request, ...answer } = (await server.get(`ClaimResponse/${claim.id}`)).body;
  const judged = { ...answer, outcome: 'complete' };
  expectOutcome(await server.put(`ClaimResponse/${claim.id}`, judged), 422, 'cardinality-min');
  const { status, body } = await server.put(`ClaimResponse/${claim.id}`, judged, NORMALIZE);
  expect([status, body.request]).toEqual([200, { reference: `Claim/${claim.id}` }]);
});

test('nothing in the demo scheme is changed', async () => {
  for (const resource of await readDemoScheme(YEAR)) {
    const parsed = parseStored(JSON.stringify(resource));
    expect(await normalize(server.app.deps, parsed, resource.id)).toEqual({ parsed, changes: [] });
  }
});

test('what has nothing to rewrite is stored byte for byte', async () => {
  const text = JSON.stringify(patient('N-6')).replace('{', '{ \n');
  const { status, headers, body, text: stored } = await server.post('Patient', text, NORMALIZE);
  expect([status, headers['x-kiungo-normalized']]).toEqual([201, '0']);
  expect(stored).toContain(text.slice(text.indexOf('"identifier"')));
  expect(body.gender).toBe('female');
});

describe('$validate', () => {
  const told = (answer: Answer): string[] => {
    expect(answer.status, answer.text).toBe(200);
    return issuesOf(answer).map(({ rule }) => rule);
  };
  const errorsOf = (answer: Answer): string[] =>
    issuesOf(answer).flatMap(({ severity, rule }) => (severity === 'error' ? [rule] : []));

  test.each(['Claim/$validate', 'Claim/$validate?mode=create', '$validate'])(
    'at %s judges what would be stored, and tells the changes',
    async path => {
      const claim = openimisClaim('N-15');
      expect(errorsOf(await server.post(path, claim)).length).toBeGreaterThan(5);
      const answer = await server.post(path, claim, NORMALIZE);
      expect(errorsOf(answer)).toEqual([]);
      expect(told(answer).filter(rule => rule.startsWith('normalized-'))).toHaveLength(21);
      expect(told(answer).at(-1)).toBe('profiles-applied');
      expect(answer.headers['x-kiungo-normalized']).toBe('21');
      expect(answer.headers['preference-applied']).toBe('normalize=openimis');
      expect((await server.get('Claim?identifier=N-15')).body.total).toBe(0);
    },
  );

  test('finds what normalising cannot put right', async () => {
    const claim = openimisClaim('N-16', { patient: { reference: 'Patient/baraka-lungu' } });
    const answer = await server.post('Claim/$validate', claim, NORMALIZE);
    expect(errorsOf(answer)).toEqual(['cardinality-min']);
    expect(told(answer)).toContain('not-normalized');
  });

  test('takes an update to a UUID in capitals as the update does', async () => {
    const id = UPPER.replace('71', '73');
    const person = { ...patient('N-17'), id };
    const update = `Patient/${id}/$validate?mode=update`;
    const answer = await server.post(update, person, NORMALIZE);
    expect(errorsOf(answer)).toEqual([]);
    expect(told(answer)).toContain('normalized-id');
    expect(errorsOf(await server.post(update, { ...person, id: 'other' }, NORMALIZE))).toEqual(['id-mismatch']);
    const type = await server.post('Patient/$validate?mode=update', person, NORMALIZE);
    expect(errorsOf(type)).toEqual([]);
    expect(told(type)).toContain('normalized-id');
  });

  test('of what is too large is strict, and says so', async () => {
    const note = (text: string): JsonObject => ({ url: 'https://example.org/note', valueString: text });
    const large = { ...patient('N-18'), gender: 'MALE', extension: [note('x'.repeat(1024 * 1024))] };
    const answer = await server.post('Patient/$validate', large, NORMALIZE);
    expect(errorsOf(answer)).toEqual(['code-not-in-value-set']);
    expect(told(answer)).toContain('not-normalized');
  });
});

test('a resource with too many elements is taken as it was sent, and is told so', async () => {
  const given = Array.from({ length: 10_001 }, (_each, index) => ({
    url: `https://example.org/${index}`,
    valueBoolean: true,
  }));
  const answer = await server.post('Patient', { ...patient('N-19'), gender: 'MALE', extension: given }, NORMALIZE);
  expect(issuesOf(answer).at(-1)).toMatchObject({ rule: 'not-normalized', expression: 'Patient' });
  expect(expectOutcome(answer, 422, 'code-not-in-value-set').map(({ expression }) => expression)).toEqual([
    'Patient.gender',
  ]);
});

describe('an update', () => {
  test('with a UUID in capitals goes to the resource under the one in small letters', async () => {
    const first = await server.put(`Patient/${UPPER}`, { ...patient('N-7'), id: UPPER }, NORMALIZE);
    expect([first.status, first.body.id]).toEqual([201, LOWER]);
    expect(first.headers.location).toContain(`/Patient/${LOWER}/_history/1`);
    const second = await server.put(`Patient/${LOWER}`, { ...patient('N-7'), id: UPPER, gender: 'MALE' }, NORMALIZE);
    expect([second.status, second.body.id, second.body.gender]).toEqual([200, LOWER, 'male']);
    const same = await server.put(`Patient/${UPPER}`, { ...patient('N-7'), id: UPPER, gender: 'MALE' }, NORMALIZE);
    expect(same.headers.etag).toBe('W/"2"');
    const reached = { ...patient('N-8'), link: [{ other: { reference: `Patient/${UPPER}` }, type: 'seealso' }] };
    const { body } = await server.post('Patient', reached, NORMALIZE);
    expect(body.link).toMatchObject([{ other: { reference: `Patient/${LOWER}` } }]);
  });

  test('goes to the one in capitals where that is stored', async () => {
    const id = UPPER.replace('71', '72');
    expect((await server.put(`Patient/${id}`, { ...patient('N-9'), id })).status).toBe(201);
    const { status, body } = await server.put(`Patient/${id}`, { ...patient('N-9'), id, gender: 'MALE' }, NORMALIZE);
    expect([status, body.id]).toEqual([200, id]);
  });

  test('still needs the id of the path in the body', async () => {
    const answer = await server.put(`Patient/${UPPER}`, { ...patient('N-9'), id: 'other' }, NORMALIZE);
    expectOutcome(answer, 400, 'id-mismatch');
  });
});

test.each(['normalize=dhis2', 'normalize', 'handling=strict, normalize=dhis2', 'normalize=off', 'return=minimal'])(
  'Prefer: %s rewrites nothing and does not say that it did',
  async prefer => {
    const answer = await server.post('Patient', { ...patient('N-10'), gender: 'MALE' }, { prefer });
    expectOutcome(answer, 422, 'code-not-in-value-set');
    expect(answer.headers['preference-applied']).toBeUndefined();
  },
);

test('a type that has no identifiers, or is not enabled, is not searched for', async () => {
  const references = ['Binary/x', 'Subscription/x', 'Foo/x', 'Patient/nobody'].map(reference => ({
    url: 'https://example.org/about',
    valueReference: { reference },
  }));
  const answer = await server.post('Patient', { ...patient('N-11'), extension: references }, NORMALIZE);
  expectOutcome(answer, 422, 'reference-format');
});

describe('KIUNGO_NORMALIZE=openimis', () => {
  let set: TestServer;
  beforeAll(async () => {
    set = await startServer({ KIUNGO_NORMALIZE: 'openimis' });
  });
  afterAll(() => set.app.close());

  test('normalises for whoever does not say otherwise', async () => {
    const answer = await set.post('Patient', { ...patient('S-1'), gender: 'MALE' });
    expect([answer.status, answer.body.gender, answer.headers['x-kiungo-normalized']]).toEqual([201, 'male', '1']);
    expect(answer.headers['preference-applied']).toBeUndefined();
    expectOutcome(
      await set.post('Patient', { ...patient('S-2'), gender: 'MALE' }, { prefer: 'normalize=off' }),
      422,
      'code-not-in-value-set',
    );
  });
});
