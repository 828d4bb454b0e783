import { beforeAll, describe, expect, test } from 'vitest';
import { eligibilityRequest, malariaClaim } from '../../scripts/demo/requests.ts';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { bundle, creation, deletion, named, patching, reading, send as sendBundle, update, urn } from './bundles.ts';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { type Answer, loadScheme, resourcesOf, useServer, YEAR } from './start-server.ts';

const server = useServer();
const DAY = `${YEAR}-06-03`;

beforeAll(() => loadScheme(server));

const send = (...entries: readonly JsonObject[]) => sendBundle(server, 'transaction', entries);
const sendRaw = (...entries: readonly JsonObject[]): Promise<Answer> =>
  server.post('/', bundle('transaction', ...entries));
const countOf = async (query: string): Promise<number> => resourcesOf((await server.get(query)).body).length;

/** A list of people, whose references must resolve. */
const list = (...references: readonly string[]): Resource => ({
  resourceType: 'List',
  status: 'current',
  mode: 'working',
  entry: references.map(reference => ({ item: { reference } })),
});
const claim = (number: string, more: JsonObject = {}): Resource => {
  const base = malariaClaim(DAY);
  const [identifier] = base.identifier as JsonObject[];
  return { ...base, identifier: [{ ...identifier!, value: number }], ...more };
};
const family = async (...names: readonly string[]): Promise<string[]> => {
  const made = await send(...names.map(name => creation(patient(name))));
  return made.map(({ name }) => name!);
};
const idOf = (name: string): string => name.slice(name.indexOf('/') + 1);
const put = (name: string, number: string, more: JsonObject = {}) =>
  update(patient(number, { id: idOf(name), ...more }));

describe('the answer', () => {
  test('has an entry for each of the request, in its order, with status, location, etag and time', async () => {
    const [old, gone] = await family('A-1', 'A-2');
    const answer = await sendRaw(
      reading(old!),
      put(old!, 'A-1', { gender: 'male' }),
      creation(patient('A-3')),
      deletion(gone!),
    );
    expect(answer.body.type).toBe('transaction-response');
    expect(answer.body).not.toHaveProperty('link');
    const [read, changed, made, deleted] = answer.body.entry as { resource: Resource; response: JsonObject }[];
    expect(read!.resource).toMatchObject({ gender: 'male', meta: { versionId: '2' } });
    expect(read!.response).toMatchObject({ status: '200 OK', etag: 'W/"2"' });
    expect(changed!.response).toMatchObject({
      status: '200 OK',
      location: `${server.url}/${old}/_history/2`,
      etag: 'W/"2"',
    });
    expect(made!.response).toMatchObject({ status: '201 Created', etag: 'W/"1"' });
    expect(made!.resource.id).toBe(/Patient\/(.*)\/_history/.exec(String(made!.response.location))![1]);
    expect(deleted!.response).toMatchObject({ status: '204 No Content', etag: 'W/"2"' });
    expect(deleted!.resource).toBeUndefined();
    const times = new Set([changed, made, deleted].map(each => each!.response.lastModified));
    expect(times.size).toBe(1);
    expect([...times][0]).toBe((made!.resource.meta as JsonObject).lastUpdated);
    expect((await server.get(`Patient/${made!.resource.id}`)).body).toEqual(made!.resource);
    expect((await server.get(gone!)).status).toBe(410);
  });

  test('is empty for a transaction without entries', async () => {
    const { status, body } = await sendRaw();
    expect({ status, body }).toEqual({ status: 200, body: { resourceType: 'Bundle', type: 'transaction-response' } });
  });

  test.each([
    ['return=minimal', undefined, undefined],
    ['return=representation', 'Patient', undefined],
    ['return=OperationOutcome', undefined, 'OperationOutcome'],
  ])('holds of what was written what Prefer: %s asks for', async (prefer, shown, outcome) => {
    const entries = [creation(patient(`P-${prefer}`))];
    const [made] = await sendBundle(server, 'transaction', entries, { prefer });
    expect(made!.status).toBe(201);
    expect(made!.resource?.resourceType).toBe(shown);
    expect((made!.outcome as unknown as Resource | undefined)?.resourceType).toBe(outcome);
  });

  test('tells warnings by their place in the Bundle', async () => {
    const claimed = patient('W-1', { meta: { profile: ['https://example.org/unheard-of'] } });
    const entries = [creation(patient('W-2')), creation(claimed)];
    const [, made] = await sendBundle(server, 'transaction', entries, { prefer: 'return=OperationOutcome' });
    expect(
      made!.outcome!.issue.find(({ details }) => JSON.stringify(details).includes('profile-unknown')),
    ).toMatchObject({
      severity: 'warning',
      expression: ['Bundle.entry[1].resource.meta.profile[0]'],
    });
  });
});

describe('the order', () => {
  test('is deletions, creations, updates, reads, wherever they stand', async () => {
    const [mover] = await family('O-1');
    const answer = await send(
      reading('Patient?identifier=O-1,O-2'),
      put(mover!, 'O-1', { gender: 'other' }),
      creation(patient('O-2')),
    );
    expect(answer.map(({ status }) => status)).toEqual([200, 200, 201]);
    expect(
      resourcesOf(answer[0]!.resource!)
        .map(({ gender }) => gender)
        .sort(),
    ).toEqual(['female', 'other']);
  });

  test('frees what a deletion frees for what is created', async () => {
    const [made] = await send(creation(claim('O-3')));
    const entries = [creation(claim('O-3', { patient: { reference: 'Patient/juma-sadiki' } })), deletion(made!.name!)];
    expect((await send(...entries)).map(({ status }) => status)).toEqual([201, 204]);
    expect(await countOf('Claim?identifier=O-3')).toBe(1);
  });
});

describe('references', () => {
  test('to a urn become references to what is stored, in both directions', async () => {
    const [made, listed] = await send(
      named(urn(1), creation(patient('R-1', { link: [{ other: { reference: urn(3) }, type: 'seealso' }] }))),
      named(urn(2), creation(list(urn(1), 'Patient/zuri-sadiki', urn(3)))),
      named(urn(3), creation(patient('R-2'))),
    );
    const ids = (listed!.resource!.entry as { item: JsonObject }[]).map(({ item }) => item.reference);
    expect(ids).toEqual([made!.name, 'Patient/zuri-sadiki', expect.stringMatching(/^Patient\/[\w-]{36}$/)]);
    expect(made!.resource!.link).toEqual([{ other: { reference: ids[2] }, type: 'seealso' }]);
  });

  test('keep every other character as it was written', async () => {
    const text = `{"resourceType" : "List", "status":"current","mode":"working",
      "note":[{"text":"${urn(4)} \\u00e9 \\"${urn(4)}\\""}], "title":"${urn(4)}",
      "extension":[{"url":"https://example.org/x","valueDecimal":1.50}],
      "entry":[{"item":{"reference" : "${urn(4)}","display":"${urn(4)}"}}]}`;
    const body = `{"resourceType":"Bundle","type":"transaction","entry":[
      {"fullUrl":"${urn(4)}","resource":${JSON.stringify(patient('R-3'))},"request":{"method":"POST","url":"Patient"}},
      {"resource":${text},"request":{"method":"POST","url":"List"}}]}`;
    const answer = await server.post('/', body);
    const [made, listed] = resourcesOf(answer.body);
    const stored = await server.get(`List/${listed!.id}`);
    const kept = text
      .replace(/^\{"resourceType" : "List",\s*/, '')
      .replace(/("reference" : )"[^"]+"/, `$1"Patient/${made!.id}"`);
    expect(stored.text.endsWith(kept)).toBe(true);
  });

  test('by uri, url and canonical are resolved, and so are links in narrative; identifiers are not', async () => {
    const [made, document] = await send(
      named(urn(5), creation({ resourceType: 'Binary', contentType: 'text/plain', data: 'aGFsbG8=' })),
      creation({
        resourceType: 'DocumentReference',
        text: {
          status: 'generated',
          div: `<div xmlns="http://www.w3.org/1999/xhtml"><a href="${urn(5)}">it</a> <img src='${urn(5)}' alt="x"/> ${urn(5)}</div>`,
        },
        extension: [
          { url: 'https://example.org/a', valueUri: urn(5) },
          { url: 'https://example.org/b', valueString: urn(5) },
        ],
        masterIdentifier: { system: 'urn:ietf:rfc:3986', value: urn(5) },
        status: 'current',
        content: [{ attachment: { contentType: 'text/plain', url: urn(5) } }],
      }),
    );
    const target = made!.name!;
    expect(document!.resource).toMatchObject({
      extension: [{ valueUri: target }, { valueString: urn(5) }],
      masterIdentifier: { value: urn(5) },
      content: [{ attachment: { url: target } }],
    });
    expect((document!.resource!.text as JsonObject).div).toContain(
      `<a href="${target}">it</a> <img src="${target}" alt="x"/> ${urn(5)}`,
    );
  });

  test('to the fullUrl of another server are resolved, absolute or relative to it', async () => {
    const [made, listed] = await send(
      named('https://old.example/fhir/Patient/77', creation(patient('R-4', { id: '77' }))),
      named('https://old.example/fhir/List/5', creation(list('Patient/77', 'https://old.example/fhir/Patient/77'))),
    );
    expect(listed!.resource!.entry).toEqual([made!.name, made!.name].map(reference => ({ item: { reference } })));
  });

  test('of an entry without such a fullUrl stay what they are', async () => {
    const other = named('https://old.example/fhir/Patient/zuri-sadiki', creation(patient('R-5')));
    const [, listed] = await send(other, creation(list('Patient/zuri-sadiki')));
    expect(listed!.resource!.entry).toEqual([{ item: { reference: 'Patient/zuri-sadiki' } }]);
  });

  test('in contained resources and in patches are resolved', async () => {
    const [group] = await send(creation(list('Patient/zuri-sadiki')));
    const [made, , patched] = await send(
      named(urn(6), creation(patient('R-6'))),
      creation({
        ...list('#inner'),
        contained: [{ ...list(urn(6)), id: 'inner' }],
      }),
      patching(group!.name!, [{ op: 'add', path: '/entry/-', value: { item: { reference: urn(6) } } }]),
    );
    expect(patched!.resource!.entry).toEqual(
      ['Patient/zuri-sadiki', made!.name].map(reference => ({ item: { reference } })),
    );
  });

  test('that lead nowhere are refused, all at once, by their places, and nothing is stored', async () => {
    const answer = await sendRaw(
      named(urn(7), creation(patient('R-7'))),
      creation(list('Patient/none', urn(7), urn(8))),
      creation(list('Patient/nobody')),
    );
    const faults = expectOutcome(answer, 422, 'reference-not-found');
    expect(faults.map(({ expression }) => expression)).toEqual([
      'Bundle.entry[1].resource.entry[0].item',
      'Bundle.entry[1].resource.entry[2].item',
      'Bundle.entry[2].resource.entry[0].item',
    ]);
    expect(await countOf('Patient?identifier=R-7')).toBe(0);
  });

  test('to what the same transaction deletes are refused', async () => {
    const [gone] = await family('R-8');
    const faults = expectOutcome(await sendRaw(creation(list(gone!)), deletion(gone!)), 422, 'reference-not-found');
    expect(faults[0]!.expression).toBe('Bundle.entry[0].resource.entry[0].item');
    expect((await server.get(gone!)).status).toBe(200);
  });

  test('in a FHIRPath Patch are resolved', async () => {
    const [group] = await send(creation(list('Patient/zuri-sadiki')));
    const part = (name: string, value: JsonObject): JsonObject => ({ name, ...value });
    const operation = {
      name: 'operation',
      part: [
        part('type', { valueCode: 'add' }),
        part('path', { valueString: 'List' }),
        part('name', { valueString: 'subject' }),
        part('value', { valueReference: { reference: urn(31) } }),
      ],
    };
    const [made, patched] = await send(named(urn(31), creation(patient('R-9'))), {
      resource: { resourceType: 'Parameters', parameter: [operation] },
      request: { method: 'PATCH', url: group!.name! },
    });
    expect(patched!.resource!.subject).toEqual({ reference: made!.name });
  });

  describe('by criteria', () => {
    test('become references to the one that matches', async () => {
      const [known] = await family('C-1');
      const [listed] = await send(creation(list('Patient?identifier=C-1', `${server.url}/Patient?identifier=C-1`)));
      expect(listed!.resource!.entry).toEqual([known, known].map(reference => ({ item: { reference } })));
    });

    test('find what the transaction itself stores', async () => {
      const [listed, made] = await send(creation(list('Patient?identifier=C-2')), creation(patient('C-2')));
      expect(listed!.resource!.entry).toEqual([{ item: { reference: made!.name } }]);
    });

    test('do not find what the transaction deletes, nor what it changes to something else', async () => {
      const [gone, other] = await family('C-3', 'C-4');
      const answers = [
        await sendRaw(deletion(gone!), creation(list('Patient?identifier=C-3'))),
        await sendRaw(put(other!, 'C-5'), creation(list('Patient?identifier=C-4'))),
      ];
      for (const answer of answers) {
        const [fault] = expectOutcome(answer, 412, 'criteria-unmatched');
        expect(fault!.expression).toBe('Bundle.entry[1].resource.entry[0].item.reference');
      }
    });

    describe('with a chain', () => {
      const MEMBERS = 'List?code=members&item:Patient.identifier';
      const members = (...references: readonly string[]): Resource => ({
        ...list(...references),
        code: { coding: [{ code: 'members' }] },
      });
      const firstItem = (sent: { resource?: Resource } | undefined) =>
        (sent!.resource!.entry as { item: JsonObject }[])[0]!.item.reference;

      test('find what is stored by what the transaction makes of whom it refers to', async () => {
        const [person] = await family('C-10');
        const [known] = await send(creation(members(person!)));
        const [, listed] = await send(put(person!, 'C-11'), creation(list(`${MEMBERS}=C-11`)));
        expect(firstItem(listed)).toBe(known!.name);
        const answer = await sendRaw(put(person!, 'C-12'), creation(list(`${MEMBERS}=C-11`)));
        expectOutcome(answer, 412, 'criteria-unmatched');
      });

      test('find what the transaction stores by what is stored, and by what it stores', async () => {
        await family('C-13');
        const [person] = resourcesOf((await server.get('Patient?identifier=C-13')).body);
        const ofStored = await send(creation(members(`Patient/${person!.id}`)), creation(list(`${MEMBERS}=C-13`)));
        expect(firstItem(ofStored[1])).toBe(ofStored[0]!.name);
        const ofNew = await send(
          named(urn(32), creation(patient('C-14'))),
          creation(members(urn(32))),
          creation(list(`${MEMBERS}=C-14`)),
        );
        expect(firstItem(ofNew[2])).toBe(ofNew[1]!.name);
      });

      test('find what is stored by who comes to refer to it', async () => {
        const [person] = await family('C-15');
        const [, listed] = await send(
          creation({ ...members(person!), title: 'C-15' }),
          creation(list('Patient?_has:List:item:title=C-15')),
        );
        expect(firstItem(listed)).toBe(person);
      });
    });

    test.each([
      ['Patient?identifier=C-none', 412, 'criteria-unmatched'],
      ['Patient?gender=female', 412, 'multiple-matches'],
      ['Patient?_count=1', 400, 'criteria-missing'],
      ['Patient?identifer=1', 400, 'search-parameter-unknown'],
      ['Basicly?code=1', 404, 'type-unknown'],
    ])('%s is refused with %i, naming the entry', async (reference, status, rule) => {
      const [fault] = expectOutcome(await sendRaw(creation(patient('C-6')), creation(list(reference))), status, rule);
      expect(fault!.expression).toBe('Bundle.entry[1].resource.entry[0].item.reference');
      expect(await countOf('Patient?identifier=C-6')).toBe(0);
    });
  });
});

describe('conditions', () => {
  test('ifNoneExist creates one, and then finds it; references follow', async () => {
    const once = () =>
      send(named(urn(9), creation(patient('N-1'), { ifNoneExist: 'identifier=N-1' })), creation(list(urn(9))));
    const [[made], [found, listed]] = [await once(), await once()];
    expect([made!.status, found!.status]).toEqual([201, 200]);
    expect(found!.name).toBe(made!.name);
    expect(listed!.resource!.entry).toEqual([{ item: { reference: made!.name } }]);
    expect(await countOf('Patient?identifier=N-1')).toBe(1);
  });

  test('ifNoneExist that matches several is 412', async () => {
    const [fault] = expectOutcome(
      await sendRaw(creation(patient('N-2')), creation(patient('N-3'), { ifNoneExist: 'gender=female' })),
      412,
      'multiple-matches',
    );
    expect(fault!.expression).toBe('Bundle.entry[1].request.ifNoneExist');
  });

  test('ifMatch lets the version pass that it names, and no other', async () => {
    const [one] = await family('N-4');
    const change = (ifMatch: string) => ({
      ...put(one!, 'N-4', { active: true }),
      request: { method: 'PUT', url: one!, ifMatch },
    });
    const [fault] = expectOutcome(await sendRaw(creation(patient('N-5')), change('W/"7"')), 412, 'precondition-failed');
    expect(fault!.expression).toBe('Bundle.entry[1].request.ifMatch');
    expect(await countOf('Patient?identifier=N-5')).toBe(0);
    expect((await send(change('W/"1"')))[0]).toMatchObject({ status: 200, etag: 'W/"2"' });
  });

  test('ifNoneMatch * lets an update create, and replace nothing', async () => {
    const [one] = await family('N-40');
    const only = (url: string, number: string) => ({
      resource: patient(number, url.startsWith('Patient/') ? { id: url.slice('Patient/'.length) } : {}),
      request: { method: 'PUT', url, ifNoneMatch: '*' },
    });
    for (const entry of [only(one!, 'N-40'), only('Patient?identifier=N-40', 'N-40')]) {
      const [fault] = expectOutcome(await sendRaw(creation(patient('N-41')), entry), 412, 'precondition-failed');
      expect(fault!.expression).toBe('Bundle.entry[1].request.ifNoneMatch');
    }
    expect(await countOf('Patient?identifier=N-41')).toBe(0);
    const made = await send(only('Patient/n-42', 'N-42'), only('Patient?identifier=N-43', 'N-43'));
    expect(made.map(({ status }) => status)).toEqual([201, 201]);
    expect((await server.get(one!)).headers.etag).toBe('W/"1"');
  });

  test('ifNoneMatch and ifModifiedSince spare reads', async () => {
    const [one] = await family('N-6');
    const read = await send(
      reading(one!, { ifNoneMatch: 'W/"1"' }),
      reading(one!, { ifNoneMatch: 'W/"2"' }),
      reading(one!, { ifModifiedSince: `${YEAR + 1}-01-01T00:00:00Z` }),
      reading(one!),
    );
    expect(read.map(({ status, resource }) => [status, resource === undefined])).toEqual([
      [304, true],
      [200, false],
      [304, true],
      [200, false],
    ]);
  });

  test('criteria in place of an id update, patch and delete the one that matches', async () => {
    const [one, two, three] = await family('N-7', 'N-8', 'N-9');
    const conditional = (method: string, number: string, resource?: JsonObject) => ({
      ...(resource === undefined ? {} : { resource }),
      request: { method, url: `Patient?identifier=${number}` },
    });
    const { resource: operations } = patching('x', [{ op: 'add', path: '/active', value: true }]);
    const answer = await send(
      conditional('PUT', 'N-7', patient('N-7', { gender: 'male' })),
      conditional('PATCH', 'N-8', operations),
      conditional('DELETE', 'N-9'),
      conditional('DELETE', 'N-none'),
      conditional('PUT', 'N-new', patient('N-new')),
    );
    expect(answer.map(({ status }) => status)).toEqual([200, 200, 204, 204, 201]);
    expect(answer[0]).toMatchObject({ name: one, resource: { gender: 'male' } });
    expect(answer[1]).toMatchObject({ name: two, resource: { active: true } });
    expect((await server.get(three!)).status).toBe(410);
  });

  test('a conditional patch that matches nothing refuses the whole', async () => {
    const none = patching('Patient?identifier=N-none', [{ op: 'add', path: '/active', value: true }]);
    expectOutcome(await sendRaw(creation(patient('N-10')), none), 404, 'resource-unknown');
    expect(await countOf('Patient?identifier=N-10')).toBe(0);
  });
});

describe('two entries about one resource are refused, both named', () => {
  const expectOverlap = async (entries: readonly JsonObject[], first = 0, second = 1): Promise<void> => {
    const [fault] = expectOutcome(await sendRaw(...entries), 400, 'bundle-overlap');
    expect(fault!.text).toContain(`Bundle.entry[${first}] and Bundle.entry[${second}]`);
  };

  test('by the same id', async () => {
    const [one] = await family('I-1');
    await expectOverlap([put(one!, 'I-1', { active: true }), deletion(one!)]);
    await expectOverlap([put(one!, 'I-1', { active: true }), put(one!, 'I-1', { active: false })]);
  });

  test('by an id and criteria that match it', async () => {
    const [one] = await family('I-2');
    await expectOverlap([put(one!, 'I-2'), deletion('Patient?identifier=I-2')]);
    await expectOverlap([put(one!, 'I-2'), creation(patient('I-2'), { ifNoneExist: 'identifier=I-2' })]);
  });

  test('by the same ifNoneExist, whether there is one yet or not', async () => {
    const twice = ['female', 'male'].map(gender =>
      creation(patient('I-3', { gender }), { ifNoneExist: 'identifier=I-3' }),
    );
    await expectOverlap(twice);
    await send(creation(patient('I-3')));
    await expectOverlap(twice);
  });

  test('by criteria that match what another one creates', async () => {
    await expectOverlap([
      creation(patient('I-4')),
      { resource: patient('I-4'), request: { method: 'PUT', url: 'Patient?identifier=I-4' } },
    ]);
  });

  test('by a business identifier', async () => {
    await expectOverlap([creation(claim('I-5')), creation(claim('I-5'))]);
    expect(await countOf('Claim?identifier=I-5')).toBe(0);
  });
});

describe('all or nothing', () => {
  test('every faulty entry is told at once, by its place, and nothing is stored', async () => {
    const { identifier: _none, ...nameless } = patient('V-1');
    const answer = await sendRaw(
      creation(patient('V-2')),
      creation(nameless as Resource),
      creation(patient('V-3', { birthDate: '1990-02-30', photo: [{ creation: 'x' }] })),
      creation(claim('V-4', { item: [] })),
    );
    const faults = expectOutcome(answer, 422, 'cardinality-min');
    expect(faults.map(({ expression }) => expression)).toEqual(
      expect.arrayContaining([
        'Bundle.entry[1].resource.identifier',
        'Bundle.entry[2].resource.birthDate',
        'Bundle.entry[2].resource.photo[0].creation',
        'Bundle.entry[3].resource.item',
      ]),
    );
    expect(await countOf('Patient?identifier=V-2,V-3')).toBe(0);
  });

  test('a resource that is no such thing does not stand in the way of the criteria of others', async () => {
    const garbage = { resourceType: 'Patient', identifier: [null, 7, { value: {} }], name: 'x', birthDate: [] };
    const answer = await sendRaw(
      creation(garbage as unknown as Resource),
      creation(patient('V-8'), { ifNoneExist: 'identifier=V-8' }),
      creation(list('Patient?name=x&birthdate=2020')),
    );
    expect([412, 422]).toContain(answer.status);
  });

  test('a reference to a sibling is not told as missing because of other faults', async () => {
    const answer = await sendRaw(
      named(urn(10), creation(patient('V-5', { gender: 'woman' }))),
      creation({ ...list(urn(10), 'Patient/none'), mode: 'wrong' }),
    );
    const faults = expectOutcome(answer, 422, 'code-not-in-value-set');
    expect(faults.filter(({ rule }) => rule === 'reference-not-found').map(({ expression }) => expression)).toEqual([
      'Bundle.entry[1].resource.entry[1].item',
    ]);
  });

  test.each([
    ['a read of what is not there', () => reading('Patient/none'), 404, 'resource-unknown'],
    [
      'a search with a parameter that is not known',
      () => reading('Patient?identifer=1'),
      400,
      'search-parameter-unknown',
    ],
    [
      'an update that needs an older version',
      () => ({
        ...put('Patient/zuri-sadiki', '1'),
        request: { method: 'PUT', url: 'Patient/zuri-sadiki', ifMatch: 'W/"9"' },
      }),
      412,
      'precondition-failed',
    ],
    [
      'a patch that does not fit',
      () => patching('Patient/zuri-sadiki', [{ op: 'remove', path: '/nothing' }]),
      409,
      'patch-failed',
    ],
  ])('%s refuses the whole', async (_what, entry, status, rule) => {
    expectOutcome(await sendRaw(creation(patient('V-6')), entry()), status, rule);
    expect(await countOf('Patient?identifier=V-6')).toBe(0);
  });

  test('an update that changes nothing makes no new version', async () => {
    const [one] = await family('V-7');
    const before = (await server.get(one!)).body;
    const [same] = await send(update(before));
    expect(same).toMatchObject({ status: 200, etag: 'W/"1"' });
  });
});

describe('insurance', () => {
  const claimOfNew = (number: string) => [
    named(urn(20), creation(patient(number))),
    named(
      urn(21),
      creation({
        resourceType: 'Coverage',
        extension: [`${YEAR - 1}-12-10`, `${YEAR}-01-01`].map(valueDate => ({
          url: 'https://openimis.github.io/openimis_fhir_r4_ig/StructureDefinition/coverage-date',
          valueDate,
        })),
        status: 'active',
        policyHolder: { reference: urn(20) },
        beneficiary: { reference: urn(20) },
        period: { start: `${YEAR}-01-01`, end: `${YEAR}-12-31` },
        payor: [{ reference: urn(20) }],
        class: [
          {
            type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/coverage-class', code: 'plan' }] },
            value: 'SUM-BASIC',
          },
        ],
      }),
    ),
    creation(
      claim(number, {
        patient: { reference: urn(20) },
        insurance: [{ sequence: 1, focal: true, coverage: { reference: urn(21) } }],
      }),
    ),
  ];

  test('a claim gets its answer in the same unit, by the resources of the same Bundle', async () => {
    const [person, , claimed] = await send(...claimOfNew('G-1'));
    const answer = await server.get(`ClaimResponse/${claimed!.resource!.id}`);
    expect(answer.body).toMatchObject({ outcome: 'partial', patient: { reference: person!.name } });
    expect((answer.body.meta as JsonObject).lastUpdated).toBe(claimed!.lastModified);
  });

  test('a question about cover sees the coverage of the same Bundle, wherever it stands', async () => {
    const [person, coverage] = claimOfNew('G-2');
    const asked = { ...eligibilityRequest('x', DAY), patient: { reference: urn(20) } };
    const [question] = await send(creation(asked), coverage!, person!);
    const { body } = await server.get(`CoverageEligibilityResponse/${question!.resource!.id}`);
    expect(body.disposition).toContain('one coverage in force');
  });

  test('a claim that is sent again is answered with the first one', async () => {
    const [made] = await send(creation(claim('G-3')));
    const [again, other] = await send(creation(claim('G-3')), creation(claim('G-4')));
    expect(again).toMatchObject({ status: 200, name: made!.name });
    expect(other!.status).toBe(201);
    expect(await countOf('Claim?identifier=G-3')).toBe(1);
  });

  test('many claims that are sent again are found at once', async () => {
    const entries = Array.from({ length: 60 }, (_none, index) => creation(claim(`G-5-${index}`)));
    const first = await send(...entries);
    const before = Number(server.app.deps.store.statistics().unitsRefused);
    const again = await send(...entries, creation(claim('G-5-more')));
    expect(again.slice(0, 60).map(({ name }) => name)).toEqual(first.map(({ name }) => name));
    expect(Number(server.app.deps.store.statistics().unitsRefused) - before).toBe(1);
  });

  test('a whole transaction that is sent again, because its answer was lost, stores nothing twice', async () => {
    const [person, coverage, claimed] = claimOfNew('G-10');
    const once = (entry: JsonObject, ifNoneExist: string) => ({
      ...entry,
      request: { ...(entry.request as JsonObject), ifNoneExist },
    });
    const entries = [once(person!, 'identifier=G-10'), once(coverage!, 'identifier=cover-G-10'), claimed!];
    (coverage!.resource as JsonObject).identifier = [{ value: 'cover-G-10' }];
    const first = await send(...entries);
    const again = await send(...entries);
    expect(first.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(again.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(again.map(({ name, etag }) => [name, etag])).toEqual(first.map(({ name, etag }) => [name, etag]));
  });

  test('forms of openIMIS are rewritten in every entry, if that is asked for', async () => {
    const answer = await server.post(
      '/',
      bundle(
        'transaction',
        creation(patient('G-11', { gender: 'FEMALE' })),
        put('Patient/g-12', 'G-12', { gender: 'Male' }),
      ),
      { prefer: 'normalize=openimis' },
    );
    expect(resourcesOf(answer.body).map(({ gender }) => gender)).toEqual(['female', 'male']);
    expect(answer.headers['x-kiungo-normalized']).toBe('2');
  });

  test('set-up that a refused transaction would have changed is not remembered', async () => {
    const { body: facility } = await server.get('Organization/tamaro-health-centre');
    const { setUp, store } = server.app.deps;
    const known = async (): Promise<unknown> => {
      const key = 'Organization/tamaro-health-centre';
      const read = () => store.read({ resourceType: 'Organization', id: 'tamaro-health-centre' });
      const [found] = await setUp.recall(key, async () => [JSON.parse((await read())!.body) as Resource]);
      return found!.name;
    };
    const changed = update({ ...facility, name: 'Renamed' } as Resource);
    await sendRaw(changed, creation(claim('G-13')), creation(patient('G-14', { gender: 'none' })));
    expect(await known()).toBe(facility.name);
    expect((await send(changed, creation(claim('G-13')))).map(({ status }) => status)).toEqual([200, 201]);
    expect(await known()).toBe('Renamed');
    await send(update(facility));
  });

  test('another claim under the same identifier refuses the whole', async () => {
    await send(creation(claim('G-6')));
    const other = claim('G-6', { patient: { reference: 'Patient/juma-sadiki' } });
    const [fault] = expectOutcome(await sendRaw(creation(patient('G-7')), creation(other)), 409, 'identity-taken');
    expect(fault!.expression).toBe('Bundle.entry[1].resource.identifier[0]');
    expect(await countOf('Patient?identifier=G-7')).toBe(0);
  });

  test('its rules refuse by the place in the Bundle', async () => {
    const [line] = malariaClaim(DAY).item;
    const twice = claim('G-8', { item: [line!, line!] });
    const [fault] = expectOutcome(
      await sendRaw(creation(patient('G-9')), creation(twice)),
      422,
      'claim-line-sequence-repeated',
    );
    expect(fault!.expression).toBe('Bundle.entry[1].resource.item[1].sequence');
  });
});

describe('a Bundle that is stored as a resource', () => {
  const plain = useServer({ KIUNGO_CAPABILITIES: 'r4' });

  test('may be in a transaction, and its faults are told by their place in both', async () => {
    const inner = (gender: string) =>
      creation({
        ...bundle('collection', { fullUrl: urn(30), resource: { resourceType: 'Patient', gender } }),
      } as Resource);
    const answer = await plain.post('/', bundle('transaction', inner('male'), inner('none')));
    const [fault] = expectOutcome(answer, 422, 'code-not-in-value-set');
    expect(fault!.expression).toBe('Bundle.entry[1].resource.entry[0].resource.gender');
    expect((await sendBundle(plain, 'transaction', [inner('male')]))[0]!.status).toBe(201);
  });
});

describe('definitions', () => {
  const plain = useServer({ KIUNGO_CAPABILITIES: 'r4' });
  const post = (...entries: readonly JsonObject[]) => sendBundle(plain, 'transaction', entries);
  const postRaw = (...entries: readonly JsonObject[]) => plain.post('/', bundle('transaction', ...entries));
  const profile = (name: string, more: JsonObject = {}): Resource => ({
    resourceType: 'StructureDefinition',
    id: name,
    url: `https://example.org/StructureDefinition/${name}`,
    name,
    status: 'active',
    kind: 'resource',
    abstract: false,
    type: 'Patient',
    baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
    derivation: 'constraint',
    differential: {
      element: [
        { id: 'Patient', path: 'Patient', min: 0, max: '*' },
        { id: 'Patient.birthDate', path: 'Patient.birthDate', min: 1 },
      ],
    },
    ...more,
  });

  test('are judged by from the answer on', async () => {
    await post(update(profile('bundle-one')), update(profile('bundle-two')));
    const { birthDate: _none, ...ageless } = patient('D-1', {
      meta: { profile: ['https://example.org/StructureDefinition/bundle-one'] },
    });
    expectOutcome(await postRaw(creation(ageless as Resource)), 422, 'cardinality-min');
  });

  test('cannot be changed together with others that may build on them', async () => {
    await post(update(profile('bundle-three')));
    const changed = profile('bundle-three', { title: 'Changed' });
    expectOutcome(await postRaw(update(changed), update(profile('bundle-four'))), 400, 'bundle-entry-refused');
    expect((await post(update(changed)))[0]!.status).toBe(200);
  });
});
