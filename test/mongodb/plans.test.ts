import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { Condition } from '../../src/search/query.ts';
import { compileAll, ofType } from '../../src/store/mongodb/compile-condition.ts';
import type { VersionDocument } from '../../src/store/mongodb/documents.ts';
import { INDEXES } from '../../src/store/mongodb/schema.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { change } from '../contract/stored.ts';

const { url, explainsIndexes } = inject('mongodb')!;
const name = `plans-${randomUUID().slice(0, 8)}`;

let store: Store;
let client: MongoClient;

beforeAll(async () => {
  store = await openStore(`${url}/${name}`);
  client = await MongoClient.connect(url);
  const codes = ['x', 'y', 'z'];
  const changes = Array.from({ length: 300 }, (_, i) =>
    change({
      id: `i${i}`,
      index: [
        { kind: 'token', parameter: 'code', code: codes[i % 3]! },
        { kind: 'string', parameter: 'name', text: `Name ${i}`, folded: `name ${i}` },
        { kind: 'date', parameter: 'date', low: i, high: i + 1 },
        { kind: 'reference', parameter: 'subject', type: 'Patient', id: `p${i}` },
      ],
    }),
  );
  await store.commit({ changes });
});

afterAll(async () => {
  await client.close();
  await store.close();
});

it('has the indexes that are written down', async () => {
  for (const [collection, indexes] of Object.entries(INDEXES)) {
    const there = await client.db(name).collection(collection).indexes();
    const names = there.map(index => index.name).filter(index => index !== '_id_');
    expect(names.sort()).toEqual(indexes.map(index => index.name).sort());
  }
});

const indexed: Condition[] = [
  { kind: 'token', parameter: 'code', anyOf: [{ code: 'x' }] },
  { kind: 'string', parameter: 'name', anyOf: [{ match: 'starts', text: 'name 1' }] },
  { kind: 'string', parameter: 'name', anyOf: [{ match: 'exact', text: 'Name 1' }] },
  { kind: 'reference', parameter: 'subject', anyOf: [{ type: 'Patient', id: 'p1' }] },
  { kind: 'date', parameter: 'date', anyOf: [{ prefix: 'eq', low: 10, high: 20 }] },
  { kind: 'date', parameter: 'date', anyOf: [{ prefix: 'ge', low: 290, high: 291 }] },
  { kind: 'missing', parameter: 'code', isMissing: false },
  { kind: 'id', anyOf: ['i1'] },
];

it.skipIf(!explainsIndexes).each(indexed)('finds by an index, without looking at all: %j', async condition => {
  const filters = await compileAll('Basic', [condition], async () => undefined);
  const found = client.db(name).collection<VersionDocument>('version').find(ofType('Basic', filters!));
  const plan = JSON.stringify(await found.sort({ _id: 1 }).limit(21).explain('queryPlanner'));
  expect(plan).toContain('IXSCAN');
  expect(plan).not.toContain('COLLSCAN');
});
