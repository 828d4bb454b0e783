import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { runsOf } from '../store-url.ts';
import { bundle, creation, named, update, urn } from './bundles.ts';
import { patient } from './resources.ts';
import { type Answer, resourcesOf, useServer } from './start-server.ts';

const server = useServer();
const REGISTERS = ['r0', 'r1', 'r2'];
const KEYS = ['k0', 'k1'];
const SYSTEM = 'https://example.org/transactions';

/** What one entry of a transaction does. */
type Step =
  /** Writes its transaction's name into a register. */
  | { kind: 'put'; register: string }
  /** Makes sure that there is one patient with a key, and a list that names it. */
  | { kind: 'once'; key: string }
  /** Makes a list that names the patient with a key, whoever made it. */
  | { kind: 'named'; key: string }
  /** Cannot be stored. */
  | { kind: 'bad' };

interface Sent {
  name: string;
  steps: readonly Step[];
  answer: Answer;
}

const steps: fc.Arbitrary<Step[]> = fc
  .tuple(
    fc.subarray(REGISTERS),
    fc.subarray(KEYS),
    fc.subarray(KEYS),
    fc.oneof({ weight: 7, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  )
  .map(([registers, once, keys, isBad]) => [
    ...registers.map(register => ({ kind: 'put' as const, register })),
    ...once.map(key => ({ kind: 'once' as const, key })),
    ...keys.map(key => ({ kind: 'named' as const, key })),
    ...(isBad ? [{ kind: 'bad' as const }] : []),
  ])
  .filter(all => all.length > 0);

const list = (name: string, reference: string): Resource => ({
  resourceType: 'List',
  identifier: [{ system: SYSTEM, value: name }],
  status: 'current',
  mode: 'working',
  entry: [{ item: { reference } }],
});

const entriesOf = (name: string, all: readonly Step[], round: string): JsonObject[] =>
  all.flatMap((step, index) => {
    switch (step.kind) {
      case 'put':
        return [update(patient(name, { id: `${round}-${step.register}` }))];
      case 'once': {
        const number = `${round}-${step.key}`;
        const once = creation(patient(number), { ifNoneExist: `identifier=${number}` });
        return [creation(list(name, urn(index))), named(urn(index), once)];
      }
      case 'named':
        return [creation(list(name, `Patient?identifier=${round}-${step.key}`))];
      default:
        return [creation(patient(name, { gender: 'none' }))];
    }
  });

const all = async (query: string): Promise<Resource[]> => resourcesOf((await server.get(query)).body);

/** By register, the transactions whose names it had, one after the other. */
const historyOf = async (round: string, register: string): Promise<Resource[]> => {
  const answer = await server.get(`Patient/${round}-${register}/_history?_sort=_lastUpdated&_count=1000`);
  return answer.status === 404 ? [] : resourcesOf(answer.body);
};

const nameOf = ({ identifier }: Resource): string => (identifier as { value: string }[])[0]!.value;
const timeOf = ({ meta }: Resource): string => (meta as { lastUpdated: string }).lastUpdated;

/** Whether there is an order of all in which each comes behind those that `before` has for it. */
const hasOrder = (before: ReadonlyMap<string, ReadonlySet<string>>): boolean => {
  const done = new Set<string>();
  const visit = (name: string, path: ReadonlySet<string>): boolean => {
    if (done.has(name)) return true;
    if (path.has(name)) return false;
    const further = new Set([...path, name]);
    if (![...(before.get(name) ?? [])].every(each => visit(each, further))) return false;
    done.add(name);
    return true;
  };
  return [...before.keys()].every(name => visit(name, new Set()));
};

test('racing transactions end as if one came after the other, none of them by half', { timeout: 120_000 }, async () => {
  let rounds = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 2, maxLength: 12 }), async transactions => {
      const round = `t${rounds++}`;
      const sent: Sent[] = await Promise.all(
        transactions.map(async (each, index) => {
          const name = `${round}-${index}`;
          const answer = await server.post('/', bundle('transaction', ...entriesOf(name, each, round)));
          return { name, steps: each, answer };
        }),
      );
      for (const { answer, steps: each } of sent) {
        const isBad = each.some(({ kind }) => kind === 'bad');
        const isNaming = each.some(({ kind }) => kind === 'named');
        const expected = isBad ? (isNaming ? [412, 422] : [422]) : isNaming ? [200, 412] : [200];
        expect(expected, answer.text).toContain(answer.status);
      }
      const done = new Set(sent.filter(({ answer }) => answer.status === 200).map(({ name }) => name));

      // One patient for each key, however many wanted to make it, and every list names that one.
      const persons = new Map<string, string>();
      for (const key of KEYS) {
        const found = await all(`Patient?identifier=${round}-${key}`);
        const isMade = sent.some(
          ({ name, steps: each }) => done.has(name) && each.some(step => step.kind === 'once' && step.key === key),
        );
        expect(found).toHaveLength(isMade ? 1 : 0);
        if (isMade) persons.set(key, `Patient/${found[0]!.id}`);
      }
      for (const { name, steps: each } of sent) {
        const lists = await all(`List?identifier=${SYSTEM}|${name}`);
        const references = lists.map(({ entry }) => (entry as { item: { reference: string } }[])[0]!.item.reference);
        const wanted = each.flatMap(step =>
          step.kind === 'once' || step.kind === 'named' ? [persons.get(step.key)] : [],
        );
        expect(references.sort()).toEqual(done.has(name) ? wanted.sort() : []);
        expect(new Set(lists.map(timeOf)).size).toBeLessThan(2);
      }

      // Registers were written by those that went through, all in one order, each at one time.
      const before = new Map<string, Set<string>>();
      const times = new Map<string, Set<string>>();
      for (const register of REGISTERS) {
        const versions = await historyOf(round, register);
        const names = versions.map(nameOf);
        const writers = sent.filter(
          ({ name, steps: each }) =>
            done.has(name) && each.some(step => step.kind === 'put' && step.register === register),
        );
        expect(names.toSorted()).toEqual(writers.map(({ name }) => name).sort());
        for (const [index, name] of names.entries()) {
          before.set(name, (before.get(name) ?? new Set()).union(new Set(names.slice(0, index))));
          times.set(name, (times.get(name) ?? new Set()).add(timeOf(versions[index]!)));
        }
      }
      expect(hasOrder(before)).toBe(true);
      for (const ofOne of times.values()) expect(ofOne.size).toBe(1);
    }),
    { numRuns: runsOf(25) },
  );
});

test('of many transactions that were made on one version each with If-Match, one goes through', async () => {
  const entries = ['m0', 'm1'].map(id => update(patient(id, { id })));
  expect((await server.post('/', bundle('transaction', ...entries))).status).toBe(200);
  const change = (index: number) =>
    ['m0', 'm1']
      .map(id => update(patient(`m-${index}`, { id }), { ifMatch: 'W/"1"' }))
      .toSorted(() => (index % 2) - 0.5);
  const answers = await Promise.all(
    Array.from({ length: 24 }, (_none, index) => server.post('/', bundle('transaction', ...change(index)))),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(23).fill(412)]);
  const [one, two] = await Promise.all(['m0', 'm1'].map(async id => (await server.get(`Patient/${id}`)).body));
  expect(nameOf(one!)).toBe(nameOf(two!));
  expect([one!.meta, two!.meta]).toMatchObject([{ versionId: '2' }, { versionId: '2' }]);
});

test('sums that many transactions patch at once lose nothing', async () => {
  const id = 'sum';
  await server.put(`Patient/${id}`, patient('sum', { id }));
  const add = (index: number): JsonObject => ({
    resource: {
      resourceType: 'Binary',
      contentType: 'application/json-patch+json',
      data: Buffer.from(
        JSON.stringify([{ op: 'add', path: '/identifier/-', value: { system: SYSTEM, value: `s-${index}` } }]),
      ).toString('base64'),
    },
    request: { method: 'PATCH', url: `Patient/${id}` },
  });
  const answers = await Promise.all(
    Array.from({ length: 16 }, (_none, index) =>
      server.post('/', bundle('transaction', add(index), creation(list(`s-${index}`, `Patient/${id}`)))),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(16).fill(200));
  expect((await server.get(`Patient/${id}`)).body.identifier).toHaveLength(17);
});

test('an update that changes nothing counts as done at the moment of the commit', async () => {
  const [a, b] = ['same-a', 'same-b'];
  const put = (id: string, name: string) => update(patient(name, { id }));
  for (let round = 0; round < 40; round++) {
    await server.post('/', bundle('transaction', put(a, 'first'), put(b, 'first')));
    await Promise.all([
      server.post('/', bundle('transaction', put(a, 'first'), put(b, 'one'))),
      server.post('/', bundle('transaction', put(a, 'two'), put(b, 'two'))),
      server.post('/', bundle('transaction', put(a, 'first'), put(b, 'three'))),
    ]);
    const [endA, endB] = await Promise.all([a, b].map(async id => nameOf((await server.get(`Patient/${id}`)).body)));
    expect([
      ['two', 'two'],
      ['first', 'one'],
      ['first', 'three'],
    ]).toContainEqual([endA, endB]);
  }
});
