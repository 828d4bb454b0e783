import { beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/fhir/resource.ts';
import { expectOutcome } from './expect-outcome.ts';
import { type Answer, useServer } from './start-server.ts';

const server = useServer({ KIUNGO_CAPABILITIES: 'r4' });

interface Step {
  type: string;
  path: string;
  name?: string;
  index?: number;
  source?: number;
  destination?: number;
  /** The members of the part `value`: `valueString`, `part`, `resource`. */
  value?: JsonObject;
}

const parametersOf = (steps: readonly Step[]): JsonObject => ({
  resourceType: 'Parameters',
  parameter: steps.map(({ type, path, name, index, source, destination, value }) => ({
    name: 'operation',
    part: [
      { name: 'type', valueCode: type },
      { name: 'path', valueString: path },
      ...(name === undefined ? [] : [{ name: 'name', valueString: name }]),
      ...(index === undefined ? [] : [{ name: 'index', valueInteger: index }]),
      ...(source === undefined ? [] : [{ name: 'source', valueInteger: source }]),
      ...(destination === undefined ? [] : [{ name: 'destination', valueInteger: destination }]),
      ...(value === undefined ? [] : [{ name: 'value', ...value }]),
    ],
  })),
});

const send = (path: string, body: JsonObject | string, headers = {}): Promise<Answer> =>
  server.send('patch', path, body, headers);

let count = 0;

/** Stores a resource, patches it, and gives what it is then, without id and meta. */
const patched = async (resource: JsonObject, ...steps: Step[]): Promise<JsonObject> => {
  const path = `${resource.resourceType}/f-${++count}`;
  const stored = await server.put(path, { ...resource, id: `f-${count}` });
  expect(stored.status, stored.text).toBe(201);
  const answer = await send(path, parametersOf(steps));
  expect(answer.status, answer.text).toBe(200);
  const { resourceType: _type, id: _id, meta: _meta, ...rest } = answer.body;
  return rest;
};

const PATIENT = { resourceType: 'Patient' };
const add = (path: string, name: string, value: JsonObject): Step => ({ type: 'add', path, name, value });

describe('add', () => {
  test.each<[what: string, before: JsonObject, step: Step, after: JsonObject]>([
    ['a primitive', {}, add('Patient', 'birthDate', { valueDate: '1930-01-01' }), { birthDate: '1930-01-01' }],
    [
      'a primitive of an element that repeats',
      { contact: [{ name: { text: 'a' } }] },
      add('Patient.contact[0]', 'gender', { valueCode: 'male' }),
      { contact: [{ name: { text: 'a' }, gender: 'male' }] },
    ],
    [
      'a data type',
      {},
      add('Patient', 'maritalStatus', { valueCodeableConcept: { text: 'm' } }),
      { maritalStatus: { text: 'm' } },
    ],
    ['a choice', {}, add('Patient', 'deceased', { valueBoolean: false }), { deceasedBoolean: false }],
    [
      'to a list that is not there',
      {},
      add('Patient', 'name', { valueHumanName: { text: 'a' } }),
      { name: [{ text: 'a' }] },
    ],
    [
      'at the end of a list',
      { name: [{ text: 'a' }] },
      add('Patient', 'name', { valueHumanName: { text: 'b' } }),
      { name: [{ text: 'a' }, { text: 'b' }] },
    ],
    [
      'an element without a data type by parts',
      {},
      add('Patient', 'contact', {
        part: [
          { name: 'name', valueHumanName: { text: 'a' } },
          { name: 'telecom', valueContactPoint: { system: 'phone', value: '1' } },
          { name: 'telecom', valueContactPoint: { system: 'email', value: '2' } },
        ],
      }),
      {
        contact: [
          {
            name: { text: 'a' },
            telecom: [
              { system: 'phone', value: '1' },
              { system: 'email', value: '2' },
            ],
          },
        ],
      },
    ],
    [
      'an extension to a primitive',
      { birthDate: '1930-01-01' },
      add('Patient.birthDate', 'extension', { valueExtension: { url: 'http://example.org/a', valueString: 'x' } }),
      { birthDate: '1930-01-01', _birthDate: { extension: [{ url: 'http://example.org/a', valueString: 'x' }] } },
    ],
    [
      'a primitive with an extension to a list of others',
      { name: [{ given: ['a'] }] },
      add('Patient.name', 'given', { valueString: 'b', _valueString: { id: 'g' } }),
      { name: [{ given: ['a', 'b'], _given: [null, { id: 'g' }] }] },
    ],
    ['a text as the code that it is', {}, add('Patient', 'gender', { valueString: 'male' }), { gender: 'male' }],
  ])('%s', async (_what, before, step, after) => {
    expect(await patched({ ...PATIENT, ...before }, step)).toEqual(after);
  });

  test('a contained resource, and what refers to it', async () => {
    const organization = { resourceType: 'Organization', id: 'o', name: 'x' };
    const reference = { reference: '#o' };
    const after = await patched(
      PATIENT,
      add('Patient', 'contained', { resource: organization }),
      add('Patient', 'managingOrganization', { valueReference: reference }),
      { type: 'replace', path: "Patient.contained.where(id = 'o').name", value: { valueString: 'y' } },
    );
    expect(after).toEqual({ managingOrganization: reference, contained: [{ ...organization, name: 'y' }] });
  });

  test('an element that refers to the content of another, in a resource of its own kind', async () => {
    const questionnaire = {
      resourceType: 'Questionnaire',
      status: 'draft',
      item: [{ linkId: '1', type: 'group', item: [{ linkId: '1.1', type: 'group' }] }],
    };
    const value = {
      part: [
        { name: 'linkId', valueString: '1.1.1' },
        { name: 'type', valueCode: 'display' },
        { name: 'text', valueString: 't' },
      ],
    };
    const after = await patched(questionnaire, add("Questionnaire.item.item.where(linkId = '1.1')", 'item', value));
    expect(after.item).toMatchObject([{ item: [{ item: [{ linkId: '1.1.1', type: 'display', text: 't' }] }] }]);
  });
});

describe('insert, move, replace and delete', () => {
  const LETTERS = { name: [{ text: 'a' }, { text: 'b' }, { text: 'c' }] };
  const texts = (...of: string[]): JsonObject => ({ name: of.map(text => ({ text })) });
  const value = { valueHumanName: { text: 'x' } };
  const insert = (index: number): Step => ({ type: 'insert', path: 'Patient.name', index, value });
  const move = (source: number, destination: number): Step => ({
    type: 'move',
    path: 'Patient.name',
    source,
    destination,
  });
  const replace = (path: string, of: JsonObject = value): Step => ({ type: 'replace', path, value: of });
  const remove = (path: string): Step => ({ type: 'delete', path });

  test.each<[what: string, before: JsonObject, step: Step, after: JsonObject]>([
    ['inserts in front', LETTERS, insert(0), texts('x', 'a', 'b', 'c')],
    ['inserts in between', LETTERS, insert(1), texts('a', 'x', 'b', 'c')],
    ['inserts at the end', LETTERS, insert(3), texts('a', 'b', 'c', 'x')],
    ['inserts into what is not there', {}, insert(0), texts('x')],
    ['moves back', LETTERS, move(2, 0), texts('c', 'a', 'b')],
    ['moves on', LETTERS, move(0, 1), texts('b', 'a', 'c')],
    ['moves to where it is', LETTERS, move(1, 1), texts('a', 'b', 'c')],
    ['replaces by index', LETTERS, replace('Patient.name[1]'), texts('a', 'x', 'c')],
    ['replaces the first', LETTERS, replace('Patient.name.first()'), texts('x', 'b', 'c')],
    ['replaces the last', LETTERS, replace('Patient.name.last()'), texts('a', 'b', 'x')],
    ['replaces by criteria', LETTERS, replace("Patient.name.where(text = 'b')"), texts('a', 'x', 'c')],
    ['replaces without the type in front', LETTERS, replace('name[2]'), texts('a', 'b', 'x')],
    [
      'replaces a primitive',
      { gender: 'male' },
      replace('Patient.gender', { valueCode: 'other' }),
      { gender: 'other' },
    ],
    [
      'replaces a choice by another type',
      { deceasedBoolean: true, _deceasedBoolean: { id: 'x' } },
      replace('Patient.deceased', { valueDateTime: '2020-01-01' }),
      { deceasedDateTime: '2020-01-01' },
    ],
    [
      'replaces in a choice',
      { deceasedBoolean: true },
      replace('Patient.deceased', { valueBoolean: false }),
      { deceasedBoolean: false },
    ],
    [
      'replaces one of several primitives',
      { name: [{ given: ['a', 'b'] }] },
      replace('Patient.name.given[1]', { valueString: 'x' }),
      { name: [{ given: ['a', 'x'] }] },
    ],
    ['deletes a primitive', { birthDate: '2000', gender: 'male' }, remove('Patient.birthDate'), { gender: 'male' }],
    ['deletes an item', LETTERS, remove('Patient.name[1]'), texts('a', 'c')],
    ['deletes the last item and its list', { active: true, ...texts('a') }, remove('Patient.name'), { active: true }],
    [
      'deletes a nested element',
      { contact: [{ name: { text: 'a' }, gender: 'male' }] },
      remove('Patient.contact[0].gender'),
      { contact: [{ name: { text: 'a' } }] },
    ],
    ['deletes nothing where nothing is', LETTERS, remove('Patient.name[7]'), LETTERS],
    ['deletes nothing of an element that is not there', LETTERS, remove('Patient.birthDate'), LETTERS],
    [
      'deletes an extension by its url',
      {
        extension: [
          { url: 'http://e.org/a', valueCode: 'a' },
          { url: 'http://e.org/b', valueCode: 'b' },
        ],
      },
      remove("Patient.extension('http://e.org/a')"),
      { extension: [{ url: 'http://e.org/b', valueCode: 'b' }] },
    ],
    [
      'deletes by criteria over several elements',
      {
        telecom: [
          { system: 'phone', value: '1' },
          { system: 'phone', value: '2', use: 'home' },
          { system: 'email', value: '2' },
        ],
      },
      remove("Patient.telecom.where(system = 'phone' and use.exists().not())"),
      {
        telecom: [
          { system: 'phone', value: '2', use: 'home' },
          { system: 'email', value: '2' },
        ],
      },
    ],
  ])('%s', async (_what, before, step, after) => {
    expect(await patched({ ...PATIENT, active: true, ...before }, step)).toEqual({ active: true, ...after });
  });

  test('see what those before them did, and change nothing if one of them fails', async () => {
    const answer = await patched(PATIENT, insert(0), insert(1), replace('Patient.name[1].text', { valueString: 'y' }));
    expect(answer).toEqual(texts('x', 'y'));
    const path = `Patient/f-${count}`;
    const failing = await send(path, parametersOf([remove('Patient.name[0]'), replace('Patient.name[7]')]));
    expectOutcome(failing, 409, 'patch-failed');
    expect((await server.get(path)).body.name).toEqual(texts('x', 'y').name);
  });
});

describe('what cannot be done is told:', () => {
  const NAMES = { ...PATIENT, id: 'told', name: [{ text: 'a' }, { text: 'b' }], active: true };
  beforeAll(async () => {
    await server.put('Patient/told', NAMES);
  });
  const name = { valueHumanName: { text: 'x' } };

  test.each<[status: number, text: string, step: Step | JsonObject]>([
    [409, 'leads to 2 elements', { type: 'delete', path: 'Patient.name' }],
    [409, 'leads to 2 elements', { type: 'replace', path: 'Patient.name', value: name }],
    [
      409,
      'there is nothing at Patient.photo',
      { type: 'replace', path: 'Patient.photo', value: { valueAttachment: {} } },
    ],
    [409, 'there is nothing at', add('Patient.contact[0]', 'gender', { valueCode: 'male' })],
    [409, '"active" is there already', add('Patient', 'active', { valueBoolean: true })],
    [409, '"index" is 3, but it goes from 0 to 2', { type: 'insert', path: 'Patient.name', index: 3, value: name }],
    [409, '"source" is 2', { type: 'move', path: 'Patient.name', source: 2, destination: 0 }],
    [409, '"destination" is 2', { type: 'move', path: 'Patient.name', source: 0, destination: 2 }],
    [400, 'names the whole resource', { type: 'delete', path: 'Patient' }],
    [400, 'is no list', { type: 'insert', path: 'Patient.gender', index: 0, value: { valueCode: 'male' } }],
    [400, 'ends with the name of a list', { type: 'insert', path: 'Patient.name[0]', index: 0, value: name }],
    [400, 'Did you mean "birthDate"?', add('Patient', 'birthdate', { valueDate: '2000' })],
    [400, 'is no valueString. Send it as valueDate', add('Patient', 'birthDate', { valueString: '2000' })],
    [400, 'Send it as valueBoolean or valueDateTime', add('Patient', 'deceased', { valueAge: {} })],
    [400, 'Send it as parts', add('Patient', 'contact', { valueString: 'x' })],
    [400, 'has no value', add('Patient', 'name', {})],
    [400, 'is not FHIRPath', { type: 'delete', path: 'Patient.name[' }],
    [400, 'leads to no place. Paths are made of', { type: 'delete', path: 'Patient.managingOrganization.resolve()' }],
    [400, 'leads to no place. Paths are made of', { type: 'delete', path: "Patient.name.text & 'x'" }],
    [400, 'leads to no place. where(...) takes', { type: 'delete', path: "Patient.name.where(text.startsWith('a'))" }],
    [400, 'needs the part "value"', { type: 'replace', path: 'Patient.active' }],
    [400, 'needs the part "index"', { type: 'insert', path: 'Patient.name', value: name }],
    [400, 'needs the part "name"', { type: 'add', path: 'Patient', value: name }],
    [400, 'needs the part "type"', { type: 'copy', path: 'Patient.name' }],
  ])('%i %s', async (status, text, step) => {
    const answer = await send('Patient/told', parametersOf([step as Step]));
    const [issue] = expectOutcome(answer, status, status === 409 ? 'patch-failed' : 'patch-malformed');
    expect(issue!.text).toContain('Operation 0 of the FHIRPath Patch');
    expect(issue!.text).toContain(text);
  });

  test('what only the server assigns, and what makes the resource wrong', async () => {
    const id = { type: 'replace', path: 'Patient.id', value: { valueId: 'x' } };
    expectOutcome(await send('Patient/told', parametersOf([id])), 400, 'patch-forbidden');
    const gender = add('Patient', 'gender', { valueCode: 'woman' });
    const [fault] = expectOutcome(await send('Patient/told', parametersOf([gender])), 422, 'code-not-in-value-set');
    expect(fault!.expression).toBe('Patient.gender');
  });

  test.each<[text: string, body: JsonObject]>([
    ['must be a Parameters resource', { resourceType: 'Patient' }],
    ['Parameters.parameter must be an array', { resourceType: 'Parameters', parameter: {} }],
    ['must be a parameter with the name "operation"', { resourceType: 'Parameters', parameter: [{ name: 'op' }] }],
    ['at most 1000 are taken', { resourceType: 'Parameters', parameter: Array(1001).fill({ name: 'operation' }) }],
  ])('%s', async (text, body) => {
    const [issue] = expectOutcome(await send('Patient/told', body), 400, 'patch-malformed');
    expect(issue!.text).toContain(text);
  });
});

test('decimals stay as they are written, patched ones and others', async () => {
  await server.put(
    'Observation/d-1',
    '{"resourceType":"Observation","id":"d-1","status":"final","code":{"text":"x"},"valueQuantity":{"value":10.50},"component":[{"code":{"text":"a"},"valueQuantity":{"value":1.0}}]}',
  );
  const { text } = await send(
    'Observation/d-1',
    '{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},' +
      '{"name":"path","valueString":"Observation.component.where(value.value = 1).value.ofType(Quantity).value"},{"name":"value","valueDecimal":2.00}]}]}',
  );
  expect(text).toContain('"valueQuantity":{"value":10.50}');
  expect(text).toContain('"valueQuantity":{"value":2.00}');
});

test('the resource may be named by search parameters, and If-Match holds', async () => {
  await server.put('Patient/c-1', { ...PATIENT, id: 'c-1', identifier: [{ system: 'http://e.org', value: 'C-1' }] });
  const step = add('Patient', 'active', { valueBoolean: true });
  const { status, body } = await send('Patient?identifier=C-1', parametersOf([step]));
  expect({ status, id: body.id, active: body.active }).toEqual({ status: 200, id: 'c-1', active: true });
  expectOutcome(await send('Patient/c-1', parametersOf([step]), { 'if-match': 'W/"1"' }), 412, 'precondition-failed');
});

test('a patch without operations changes nothing', async () => {
  const { status, headers } = await send('Patient/c-1', { resourceType: 'Parameters' });
  expect({ status, etag: headers.etag }).toEqual({ status: 200, etag: 'W/"2"' });
});
