import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import type { Store, Unit } from '../../src/store/store.ts';
import { change, put, query } from '../contract/stored.ts';
import { type Command, type Fate, type Relay, startRelay } from './relay.ts';

const { url } = inject('mongodb')!;

/** So that a process that lost its database gives up soon. */
const HASTY = '?serverSelectionTimeoutMS=150&serverMonitoringMode=poll';

let relay: Relay;

beforeAll(async () => {
  relay = await startRelay(url);
});

afterAll(() => relay.close());

const token = (code: string) => [{ kind: 'token', parameter: 'code', code }] as const;

/** A claim with its answer, which replaces one version, deletes a resource, takes an identity and a name. */
const unit = (): Unit => ({
  changes: [
    change({ resourceType: 'Claim', id: 'c', versionId: 2, index: token('new'), identities: ['claim 1'] }),
    change({ resourceType: 'ClaimResponse', id: 'c', index: token('new') }),
    change({ resourceType: 'Basic', id: 'gone', versionId: 2, method: 'DELETE', erases: true }),
  ],
  once: { name: 'n', from: 1, until: 9 },
});

/** All that can be seen of the unit; either all of it is there, or nothing. */
async function isThere(store: Store): Promise<boolean> {
  const has = async (resourceType: string): Promise<boolean> => {
    const by = { kind: 'token', parameter: 'code', anyOf: [{ code: 'new' }] } as const;
    return (await store.search(query({ resourceType, where: [by] }))).versions.length === 1;
  };
  const claim = await store.read({ resourceType: 'Claim', id: 'c' });
  const seen = [
    claim?.versionId === 2,
    (await store.read({ resourceType: 'ClaimResponse', id: 'c' })) !== undefined,
    (await store.read({ resourceType: 'Basic', id: 'gone' }))?.method === 'DELETE',
    (await store.changes(0, 100)).length === 5,
    await has('Claim'),
    await has('ClaimResponse'),
    (await store.history({ of: { resourceTypes: ['Claim'] }, count: 9 })).versions.length === 2,
  ];
  expect(new Set(seen).size, seen.join()).toBe(1);
  return seen[0]!;
}

/** Lets the `crashAt`th command of a commit be the last one that a process sends; says what it was, if there were so many. */
async function crash(
  crashAt: number,
  fate: Fate,
): Promise<{ database: string; at: Command | undefined; answer: string }> {
  const database = `crash-${randomUUID().slice(0, 8)}`;
  const before = await openStore(`${url}/${database}`);
  await put(before, { resourceType: 'Claim', id: 'c', index: token('old') });
  await put(before, { resourceType: 'Basic', id: 'gone', index: token('new') });
  await before.close();
  relay.open();
  relay.decide = () => 'pass';
  const store = await openStore(`${relay.url}/${database}${HASTY}`, { commitLimit: 50 });
  let commands = 0;
  let at: Command | undefined;
  relay.decide = command => {
    if (commands++ < crashAt) return 'pass';
    if (at !== undefined) return 'break before';
    at = command;
    return fate;
  };
  const answer = await store.commit(unit()).then(
    ({ outcome }) => outcome,
    ({ kind }) => String(kind),
  );
  relay.cut();
  await store.close();
  return { database, at, answer };
}

it.each(['break before', 'break after'] as const)(
  'has a unit whole or not at all, once, wherever its process dies: %s a command',
  async fate => {
    const told: string[] = [];
    for (let point = 0; ; point++) {
      const { database, at, answer } = await crash(point, fate);
      if (at === undefined) {
        expect(answer).toBe('committed');
        break;
      }
      const other = await openStore(`${url}/${database}`);
      const there = await isThere(other);
      told.push(`${at.name} ${at.collection}: ${answer}, ${there ? 'there' : 'not there'}`);
      if (answer === 'committed') expect(there).toBe(true);
      // The client sends it again, to another process.
      const { outcome } = await other.commit(unit());
      expect(outcome).toBe(there ? 'used-before' : 'committed');
      expect(await isThere(other)).toBe(true);
      await other.close();
    }
    // From the insert of the batch on it is there, before it is not.
    const committed = told.findIndex(line => line.startsWith('insert batch')) + (fate === 'break before' ? 1 : 0);
    expect(committed, told.join('\n')).toBeGreaterThan(0);
    expect(
      told.map(line => line.endsWith(', there')),
      told.join('\n'),
    ).toEqual(told.map((_, i) => i >= committed));
    expect(told.length).toBeGreaterThan(5);
  },
);
