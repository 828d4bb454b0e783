import { beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { expectOutcome } from './expect-outcome.ts';
import { patient, written } from './resources.ts';
import { linkOf, resourcesOf, useServer } from './start-server.ts';

const server = useServer();

const DIV = '<div xmlns="http://www.w3.org/1999/xhtml">Asha</div>';
const TAG = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };
const LANGUAGE = { coding: [{ system: 'urn:ietf:bcp:47', code: 'sw' }] };

const ASHA = patient('S-1', {
  id: 'asha',
  text: { status: 'generated', div: DIV },
  meta: { tag: [{ system: 'https://example.org/tags', code: 'pilot' }] },
  extension: [{ url: 'https://example.org/height', valueDecimal: written('1.50') }],
  multipleBirthInteger: 2,
  photo: [{ contentType: 'image/png', data: 'aGVq', title: 'Asha' }],
  deceasedBoolean: false,
  communication: [{ language: LANGUAGE, preferred: true }],
  link: [{ type: 'seealso', other: { reference: 'Patient/asha', display: 'Herself' } }],
});
const VALUE = 'identifier=S-1';

beforeAll(async () => {
  const { status, text } = await server.put('Patient/asha', ASHA);
  expect(status, text).toBe(201);
});

const elementsOf = (resource: Resource): string[] => Object.keys(resource).sort();
const tagsOf = ({ meta }: Resource): unknown => meta?.tag;
const ALWAYS = ['id', 'meta', 'resourceType'];

/** A part of the one resource as a read, a vread, a search and a history show it. */
const shown = async (query: string): Promise<Resource[]> => {
  const [read, vread, search, history] = [
    await server.get(`Patient/asha?${query}`),
    await server.get(`Patient/asha/_history/1?${query}`),
    await server.get(`Patient?${VALUE}&${query}`),
    await server.get(`Patient/asha/_history?${query}`),
  ];
  for (const { status, text } of [read, vread, search, history])
    expect({ status, text }).toEqual({ status: 200, text });
  expect(read.headers).toMatchObject({ etag: 'W/"1"', 'content-length': `${Buffer.byteLength(read.text)}` });
  return [read.body, vread.body, ...resourcesOf(search.body), ...resourcesOf(history.body)];
};

/** The elements that all four show, which are to be the same. */
const shownElements = async (query: string): Promise<string[]> => {
  const resources = await shown(query);
  expect(resources).toHaveLength(4);
  for (const resource of resources) {
    expect(resource).toEqual(resources[0]);
    expect(tagsOf(resource)).toEqual([{ system: 'https://example.org/tags', code: 'pilot' }, TAG]);
  }
  return elementsOf(resources[0]!);
};

describe('_summary', () => {
  test('true shows what the definition of the type marks as its summary', async () => {
    expect(await shownElements('_summary=true')).toEqual(
      [...ALWAYS, 'birthDate', 'deceasedBoolean', 'gender', 'identifier', 'link', 'name'].sort(),
    );
    const [{ link }] = (await shown('_summary=true')) as [Resource];
    expect(link).toEqual(ASHA.link);
  });

  test('text shows the narrative, data all but the narrative', async () => {
    expect(await shownElements('_summary=text')).toEqual([...ALWAYS, 'text'].sort());
    expect(await shownElements('_summary=data')).toEqual(elementsOf(ASHA).filter(name => name !== 'text'));
  });

  test('false shows the very bytes that are stored', async () => {
    const { text } = await server.get('Patient/asha');
    expect((await server.get('Patient/asha?_summary=false')).text).toBe(text);
    expect((await server.get(`Patient?${VALUE}&_summary=false`)).text).toContain(text);
  });

  test('count tells the number and nothing else, of searches and histories', async () => {
    for (const path of [`Patient?${VALUE}&_summary=count`, 'Patient/asha/_history?_summary=count']) {
      const { body } = await server.get(path);
      expect(body).toMatchObject({ resourceType: 'Bundle', total: 1 });
      expect(body.entry).toBeUndefined();
      expect(linkOf(body, 'next')).toBeUndefined();
    }
    expect((await server.get('Patient?identifier=nobody&_summary=count')).body.total).toBe(0);
    for (const path of ['Patient/asha', 'Patient/asha/_history/1']) {
      expectOutcome(await server.get(`${path}?_summary=count`), 400, 'search-parameter-invalid');
    }
  });

  test('parts within parts are those of the summary too, or mandatory', async () => {
    const { body } = await server.get('CodeSystem/administrative-gender?_summary=true');
    expect(body.url).toBe('http://hl7.org/fhir/administrative-gender');
    expect(body.concept).toBeUndefined();
    const { body: operation } = await server.get('OperationDefinition/kiungo-claim-submit?_elements=parameter');
    expect(operation.parameter).toBeDefined();
  });
});

describe('_elements', () => {
  test('shows the elements that are named, and what is mandatory', async () => {
    expect(await shownElements('_elements=name,birthDate')).toEqual([...ALWAYS, 'birthDate', 'name'].sort());
    expect(await shownElements('_elements=Patient.gender&_elements=id')).toEqual([...ALWAYS, 'gender'].sort());
    const { body } = await server.get('Organization/openIMIS-Implementation?_elements=name');
    expect(elementsOf(body)).toEqual([...ALWAYS, 'name'].sort());
    const { body: parameter } = await server.get('SearchParameter/Claim-patient?_elements=version');
    expect(elementsOf(parameter)).toEqual(
      [...ALWAYS, 'base', 'code', 'description', 'name', 'status', 'type', 'url', 'version'].sort(),
    );
  });

  test('names a choice by its element or as JSON does', async () => {
    for (const name of ['deceased', 'deceasedBoolean']) {
      expect(await shownElements(`_elements=${name}`)).toEqual([...ALWAYS, 'deceasedBoolean'].sort());
    }
  });

  test('keeps numbers as they were written', async () => {
    expect((await server.get('Patient/asha?_elements=extension')).text).toContain('"valueDecimal":1.50');
    expect((await server.get(`Patient?${VALUE}&_summary=data`)).text).toContain('"valueDecimal":1.50');
  });

  test.each(['nam', 'name.family', 'name,', '', 'Claim.item'])('=%s is 400', async value => {
    for (const path of ['Patient/asha?', 'Patient/asha/_history/1?', 'Patient?', 'Patient/asha/_history?']) {
      expectOutcome(await server.get(`${path}_elements=${value}`), 400, 'search-parameter-invalid');
    }
  });

  test('a mistyped name is told the nearest', async () => {
    const [{ text } = { text: '' }] = expectOutcome(
      await server.get('Patient/asha?_elements=brithDate'),
      400,
      'search-parameter-invalid',
    );
    expect(text).toContain('Did you mean "birthDate"?');
  });
});

test.each(['_summary=yes', '_summary=', '_summary=true&_summary=data', '_summary=true&_elements=name'])(
  '%s is 400, in lenient handling it is left out',
  async query => {
    for (const path of ['Patient/asha?', 'Patient/asha/_history/1?', 'Patient?', 'Patient/asha/_history?']) {
      expectOutcome(await server.get(path + query), 400, 'search-parameter-invalid');
    }
    const lenient = { prefer: 'handling=lenient' };
    const { text } = await server.get('Patient/asha');
    expect((await server.get(`Patient/asha?${query}`, lenient)).text).toBe(text);
    const found = await server.get(`Patient?${VALUE}&${query}`, lenient);
    expect(found.text).toContain(text);
    expect(resourcesOf(found.body).map(({ resourceType }) => resourceType)).toEqual(['Patient', 'OperationOutcome']);
    expect(linkOf(found.body, 'self')).not.toContain('_summary');
  },
);

test('a history in part has its deletions too', async () => {
  await server.put('Patient/gone', patient('S-2', { id: 'gone' }));
  await server.delete('Patient/gone');
  const { status, body } = await server.get('Patient/gone/_history?_elements=gender');
  expect({ status, total: body.total }).toEqual({ status: 200, total: 2 });
  expect(resourcesOf(body).map(elementsOf)).toEqual([[...ALWAYS, 'gender'].sort()]);
  expect(body.entry).toMatchObject([{ request: { method: 'DELETE' } }, { request: { method: 'PUT' } }]);
});

test('the pages of a search go on with the same part', async () => {
  for (const number of ['P-1', 'P-2'])
    await server.post('Patient', patient(number, { name: [{ family: 'Paged', given: ['Zuri'] }] }));
  const asked = 'family=Paged&_count=1&_elements=gender';
  for (const first of [
    await server.get(`Patient?${asked}`),
    await server.send('post', 'Patient/_search', asked, FORM),
  ]) {
    expect(linkOf(first.body, 'self')).toContain('_elements=gender');
    const second = await server.get(linkOf(first.body, 'next')!);
    const found = [first, second].flatMap(({ body }) => resourcesOf(body));
    expect(found.map(elementsOf)).toEqual([[...ALWAYS, 'gender'].sort(), [...ALWAYS, 'gender'].sort()]);
    expect(new Set(found.map(({ id }) => id)).size).toBe(2);
  }
});

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

test('_pretty indents and changes nothing', async () => {
  for (const path of ['metadata?', 'Patient/asha?', `Patient?${VALUE}&`, 'Patient/asha/_history?']) {
    const plain = await server.get(`${path}_pretty=false`);
    const pretty = await server.get(`${path}_pretty=true`, { 'accept-encoding': 'identity' });
    expect(pretty.text).toContain('\n  "resourceType": ');
    expect(pretty.headers['content-length']).toBe(`${Buffer.byteLength(pretty.text)}`);
    // The links of a Bundle repeat how it is written.
    if (path === 'Patient/asha?') expect(pretty.body).toEqual(plain.body);
  }
  expect((await server.get('Patient/asha?_pretty=true')).text).toContain('"valueDecimal": 1.50');
  expect((await server.get('Patient/asha?_pretty=true&_summary=text')).text).toContain('\n      {\n');
  const created: { body: JsonObject; text: string } = await server.post('Patient?_pretty=true', patient('S-9'));
  expect(created.text).toContain('\n  "resourceType": "Patient"');
});

test('_pretty=maybe is 400 and nothing is done; in lenient handling it is left out', async () => {
  expectOutcome(await server.get('Patient/asha?_pretty=maybe'), 400, 'search-parameter-invalid');
  expectOutcome(await server.delete('Patient/asha?_pretty=maybe'), 400, 'search-parameter-invalid');
  const { status } = await server.get('Patient/asha?_pretty=maybe', { prefer: 'handling=lenient' });
  expect(status).toBe(200);
});

test('a part of a resource is not stored, whatever it is sent with', async () => {
  await server.put('Patient/s-8', patient('S-8', { id: 's-8' }));
  for (const query of ['_summary=true', '_elements=name', '_summary=text']) {
    const { body } = await server.get(`Patient/s-8?${query}`);
    const answers = [
      await server.put('Patient/s-8', body),
      await server.put('Patient?identifier=S-8', body),
      await server.post('Patient', body),
      await server.send(
        'patch',
        'Patient/s-8',
        { meta: body.meta! },
        { 'content-type': 'application/merge-patch+json' },
      ),
    ];
    for (const answer of answers) {
      const [issue] = expectOutcome(answer, 422, 'resource-subsetted');
      expect(issue).toMatchObject({
        expression: 'Patient.meta.tag[0]',
        text: expect.stringContaining('Read the whole'),
      });
    }
  }
  expect((await server.get('Patient/s-8')).headers.etag).toBe('W/"1"');
});

test('a parameter that a read does not know is told with the nearest one', async () => {
  const refused = await server.get('Patient/asha?_element=name');
  expectOutcome(refused, 400, 'search-parameter-unknown');
  expect(refused.text).toContain('Did you mean \\"_elements\\"?');
});
