import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Group, Patient, QuestionnaireResponse, Task } from 'fhir/r4.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import type { Resource } from '../../src/fhir/resource.ts';
import { readKoboSettings } from '../../src/integrations/kobo/form-settings.ts';
import { createOutgoing } from '../../src/security/outgoing.ts';
import { createKobo, type Kobo } from '../../src/start-kobo.ts';
import { loadScheme, resourcesOf, startServer, type TestServer } from '../http/start-server.ts';
import { KOBO_FORM, KOBO_LOGIN, KOBO_TOKEN, type KoboPeer, type KoboSubmission, startKobo } from '../peers/kobo.ts';

const HOUR_MS = 3_600_000;
const folder = mkdtempSync(join(tmpdir(), 'kiungo-kobo-'));
const told: { outcome: string; message: string; reason?: string }[] = [];
let ahead = 0;
let peer: KoboPeer;
let server: TestServer;
let kobo: Kobo;

const EXAMPLE = readFileSync(new URL('../../docs/integrations/kobo-forms.json', import.meta.url), 'utf8');
let logins = 0;
const writeLogins = (...lines: readonly string[]): void => {
  writeFileSync(join(folder, 'kobo'), lines.join('\n'));
  logins += 1;
  // Files that are written within one tick of the file system's clock look the same.
  utimesSync(join(folder, 'kobo'), logins, logins);
};

beforeAll(async () => {
  peer = await startKobo();
  writeLogins(KOBO_LOGIN);
  writeFileSync(join(folder, 'kobo-token'), KOBO_TOKEN);
  writeFileSync(join(folder, 'forms.json'), JSON.stringify({ ...JSON.parse(EXAMPLE), url: peer.url }));
  const environment = {
    KIUNGO_KOBO_FORMS: join(folder, 'forms.json'),
    ...{ KIUNGO_SECRETS: folder, KIUNGO_DELIVERY: 'no' },
  };
  server = await startServer(environment);
  await loadScheme(server);
  const { deps } = server.app;
  kobo = createKobo(
    readConfig(environment),
    { ...deps, now: () => deps.now() + ahead },
    { outgoing: createOutgoing(['127.0.0.1']), tell: exchange => told.push(exchange) },
  )!;
});
afterAll(async () => {
  await server.app.close();
  await peer.close();
  rmSync(folder, { recursive: true });
});

const post = (body: unknown, login?: string, form = KOBO_FORM): Promise<number> =>
  peer.post(new URL(`/integrations/kobo/${form}`, server.url).href, body, login);
/** An hour later. */
const ask = async (): Promise<(typeof told)[number]> => {
  ahead += HOUR_MS;
  await kobo.questions[0]!();
  return told.at(-1)!;
};
const read = async <Type>(reference: string): Promise<Type> => (await server.get(reference)).body as unknown as Type;
const taskOf = ({ _uuid }: Pick<KoboSubmission, '_uuid'>): Promise<Task> => read<Task>(`Task/kobo-${_uuid}`);
/** Who, as its Task says, is or may be known already. */
const known = async (submission: KoboSubmission): Promise<unknown[]> =>
  (await taskOf(submission)).input!.flatMap(({ type, valueReference }) =>
    valueReference === undefined ? [] : [[type.text, valueReference.reference]],
  );
const versionsOf = async (reference: string): Promise<number> =>
  resourcesOf((await server.get(`${reference}/_history`)).body).length;

let count = 0;
/** A family that is like no other. */
const family = (more: Record<string, unknown> = {}): Record<string, unknown> => {
  count += 1;
  const name = [...String(count)]
    .map(digit => 'abcdefghij'[Number(digit)])
    .join('')
    .repeat(5);
  return {
    ...{ 'head/family': `Fam${name}`, 'head/first': `Hea${name}`, 'head/sex': 'f' },
    ...{ 'head/born': `${1900 + count}-03-10`, 'house/rooms': '3' },
    members: [{ 'members/first': `Mem${name}`, 'members/sex': 'm', 'members/born': `${1901 + count}-07-15` }],
    ...more,
  };
};

describe('a submission that KoboToolbox tells of', () => {
  test('becomes people, a family and answers that nobody is covered by, with a Task for whoever verifies', async () => {
    const submission = peer.submit(family());
    expect(await post(submission)).toBe(200);
    const task = await taskOf(submission);
    const head = `Patient/${submission._uuid}-head`;
    const member = `Patient/${submission._uuid}-member-1`;
    expect(task).toMatchObject({ status: 'requested', focus: { reference: head } });
    expect(task.output!.map(({ valueReference }) => valueReference!.reference)).toEqual([
      ...[head, member, `Group/${submission._uuid}-family`, `QuestionnaireResponse/${submission._uuid}-survey`],
    ]);
    const patient = await read<Patient>(head);
    expect(patient).toMatchObject({ active: false, gender: 'female', birthDate: submission['head/born'] });
    expect(patient.name![0]!.given).toEqual([submission['head/first']]);
    expect(patient.telecom).toBeUndefined();
    const { active, member: members } = await read<Group>(`Group/${submission._uuid}-family`);
    expect([active, members!.map(({ entity }) => entity.reference)]).toEqual([false, [head, member]]);
    const { item } = await read<QuestionnaireResponse>(`QuestionnaireResponse/${submission._uuid}-survey`);
    expect(item![0]!.answer).toEqual([{ valueInteger: 3 }]);
  });

  test('gives nobody who is certainly known a second record, and names those who may be', async () => {
    const neema = { 'head/family': 'Sadiki', 'head/first': 'Neema', 'head/born': '1988-04-12' };
    const certain = peer.submit(family({ ...neema, 'head/phone': '+000 555 0201' }));
    expect(await post(certain)).toBe(200);
    expect(await known(certain)).toContainEqual(['is known', 'Patient/neema-sadiki']);
    expect((await server.get(`Patient/${certain._uuid}-head`)).status).toBe(404);
    const { member } = await read<Group>(`Group/${certain._uuid}-family`);
    expect(member![0]!.entity.reference).toBe('Patient/neema-sadiki');
    const person = { 'head/family': 'Lungu', 'head/first': 'Baraka', 'head/sex': 'm', 'head/born': '1959-08-01' };
    const doubtful = peer.submit(family(person));
    expect(await post(doubtful)).toBe(200);
    expect(await known(doubtful)).toContainEqual(['may be known', 'Patient/baraka-lungu']);
    expect(await read<Patient>(`Patient/${doubtful._uuid}-head`)).toMatchObject({ active: false });
  });

  test('is kept in a Task where it is invalid, and stored once it is put right', async () => {
    const submission = peer.submit(family({ 'head/born': '12.3.1980' }));
    expect(await post(submission)).toBe(200);
    const task = await taskOf(submission);
    expect(task.status).toBe('on-hold');
    expect(JSON.stringify(task.output)).toContain('birthDate');
    const answers = task.input!.find(({ type }) => type.text === 'answers')!.valueString!;
    expect(JSON.parse(answers)).toMatchObject({ 'head/born': '12.3.1980', _uuid: submission._uuid });
    expect((await server.get(`Patient/${submission._uuid}-head`)).status).toBe(404);
    expect(await ask()).toMatchObject({ message: expect.stringContaining('invalid 1'), reason: expect.any(String) });
    expect(await versionsOf(`Task/kobo-${submission._uuid}`)).toBe(1);
    peer.edit(submission, { 'head/born': '1980-03-12' });
    expect((await ask()).message).toContain('updated 1');
    expect((await taskOf(submission)).status).toBe('requested');
    expect(await read<Patient>(`Patient/${submission._uuid}-head`)).toMatchObject({ birthDate: '1980-03-12' });
  });

  test.each([
    ['not JSON', '{', undefined, KOBO_FORM, 400],
    ['what is nested too deeply', `${'['.repeat(200_000)}${']'.repeat(200_000)}`, undefined, KOBO_FORM, 400],
    ['no submission', '[{"_uuid":1}]', undefined, KOBO_FORM, 400],
    [
      'a day that there is not',
      { _uuid: randomUUID(), _submission_time: '2026-02-30T00:00:00' },
      undefined,
      KOBO_FORM,
      400,
    ],
    [
      'a uuid that is a path',
      { _uuid: '../../Patient', _submission_time: '2026-01-01T00:00:00' },
      undefined,
      KOBO_FORM,
      400,
    ],
    ['a form that is not set up', {}, undefined, 'other', 404],
    ['a wrong password', {}, 'kobo:wrong', KOBO_FORM, 401],
    ['too much', ' '.repeat(600_000), undefined, KOBO_FORM, 413],
  ])('%s is refused', async (_what, body, login, form, status) => {
    expect(await post(body, login, form)).toBe(status);
  });
});

describe('sent twice, late, or with another secret', () => {
  test('is done once, also at the same moment', async () => {
    const submission = peer.submit(family());
    expect(await Promise.all([1, 2, 3].map(() => post(submission)))).toEqual([200, 200, 200]);
    expect(await post(submission)).toBe(200);
    expect(await versionsOf(`Task/kobo-${submission._uuid}`)).toBe(1);
    expect(await versionsOf(`Patient/${submission._uuid}-head`)).toBe(1);
  });

  test('the login of before is taken until it is taken away', async () => {
    writeLogins('kobo:new', KOBO_LOGIN);
    expect([await post(peer.submit(family()), 'kobo:new'), await post(peer.submit(family()))]).toEqual([200, 200]);
    writeLogins('kobo:new');
    expect(await post(peer.submit(family()))).toBe(401);
    writeLogins(KOBO_LOGIN);
  });
});

describe('asking KoboToolbox', () => {
  test('an edit of what nobody has looked at is stored over it, and what it has no more is deleted', async () => {
    const submission = peer.submit(family());
    expect(await post(submission)).toBe(200);
    peer.edit(submission, { 'house/rooms': '4', members: [] });
    expect((await ask()).message).toContain('updated 1');
    const { item } = await read<QuestionnaireResponse>(`QuestionnaireResponse/${submission._uuid}-survey`);
    expect(item![0]!.answer).toEqual([{ valueInteger: 4 }]);
    expect((await server.get(`Patient/${submission._uuid}-member-1`)).status).toBe(410);
    expect(await versionsOf(`Patient/${submission._uuid}-head`)).toBe(1);
    // KoboToolbox tries to tell of a creation again for hours.
    expect(await post(submission)).toBe(200);
    expect(await versionsOf(`QuestionnaireResponse/${submission._uuid}-survey`)).toBe(2);
  });

  test('an edit of what somebody has verified changes nothing, and is a Task of its own', async () => {
    const submission = peer.submit(family());
    expect(await post(submission)).toBe(200);
    const head = `Patient/${submission._uuid}-head`;
    const patient = await read<Resource>(head);
    expect((await server.put(head, { ...patient, active: true })).status).toBe(200);
    const edited = peer.edit(submission, { 'head/first': 'Other' });
    expect((await ask()).message).toContain('edited 1');
    expect(await versionsOf(head)).toBe(2);
    const task = await taskOf(edited);
    expect(task).toMatchObject({ status: 'requested', focus: { reference: head } });
    expect(JSON.stringify(task.input)).toContain('Other');
    expect((await ask()).message).toContain('edited 0');
  });

  test('brings what was not told, page by page, since the last time, and nothing twice', async () => {
    for (let left = 100; left > 0; left--) peer.submit({ _submission_time: 'whenever' });
    peer.submit(family());
    peer.mood('away');
    expect(await ask()).toMatchObject({ outcome: 'failed', reason: 'KoboToolbox answered with status 503' });
    peer.mood('well');
    const before = peer.asked.length;
    expect((await ask()).message).toMatch(/created 1,.* unreadable 100$/);
    const asked = peer.asked.slice(before).map(({ searchParams }) => searchParams);
    expect(asked.map(parameters => parameters.get('start'))).toEqual(['0', '100']);
    expect(asked[0]!.get('query')).toMatch(/^\{"_submission_time":\{"\$gte":"[\d-]{10}T[\d:]{8}"\}\}$/);
    await kobo.questions[0]!();
    expect(peer.asked).toHaveLength(before + 2);
  });
});

test.each([
  [{ forms: { 'a b': {} } }, 'forms.a b'],
  [{ forms: { a: { resources: [] } } }, 'forms.a.resources'],
  [{ forms: { a: { resources: [{ name: 'x', resource: { resourceType: 'Claim' } }] } } }, 'resourceType is one of'],
  [{ forms: {}, url: 'kobo' }, 'url is'],
])('a file of forms that cannot be used stops the start: %j', (settings, text) => {
  expect(() => readKoboSettings(JSON.stringify(settings))).toThrow(text);
});

test('a submission with whatever may come is taken or refused, and never breaks the server', async () => {
  const names = ['_uuid', '_submission_time', 'meta/rootUuid', 'head/first', 'head/born', 'house/rooms', 'members'];
  const word = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom('$head/first', '@head', '#', '1e999', '__proto__', '2026-99-99T00:00:00', '9'.repeat(400)),
    fc.constantFrom(null, 1, true, [], {}, [null, {}], [{ members: [] }], [{ 'members/first': ['x'] }]),
  );
  const body = fc.oneof(
    fc.json({ maxDepth: 3 }),
    fc.tuple(fc.constantFrom(...names), word).map(([name, value]) => ({
      ...{ ...family(), _uuid: randomUUID(), _submission_time: '2026-03-02T08:00:00' },
      [name]: value,
    })),
  );
  await fc.assert(
    fc.asyncProperty(body, async sent => {
      expect([200, 400]).toContain(await post(sent));
    }),
    { numRuns: 25 },
  );
});
