import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { change, commit, put } from '../contract/stored.ts';
import { type Fate, type Relay, startRelay } from './relay.ts';

const { url } = inject('mongodb')!;

let relay: Relay;
let store: Store;

beforeAll(async () => {
  relay = await startRelay(url);
});

afterAll(() => relay.close());

beforeEach(async () => {
  relay.open();
  relay.decide = () => 'pass';
  const options = 'serverSelectionTimeoutMS=300&serverMonitoringMode=poll&heartbeatFrequencyMS=500';
  store = await openStore(`${relay.url}/faults-${randomUUID().slice(0, 8)}?${options}`, { commitLimit: 5_000 });
});

afterEach(() => store.close());

/** What servers answer that are no longer the primary, shut down, or could not tell a majority. */
const stepsDown = { ok: 0, code: 10107, codeName: 'NotWritablePrimary', errmsg: 'not primary' };
const shutsDown = { ok: 0, code: 91, codeName: 'ShutdownInProgress', errmsg: 'shutting down' };
const labelled = { ok: 0, code: 112, errmsg: 'again', errorLabels: ['RetryableWriteError'] };

/** Lets the first commands of a name on a collection fare badly. */
const spoil = (name: string, collection: string, fate: Fate, times = 1): { seen: string[] } => {
  const seen: string[] = [];
  let left = times;
  relay.decide = command => {
    seen.push(`${command.name} ${command.collection}`);
    if (command.name !== name || command.collection !== collection || left === 0) return 'pass';
    left--;
    return fate;
  };
  return { seen };
};

it.each<[string, Fate]>([
  ['a server that is no longer the primary', { answer: stepsDown }],
  ['a server that shuts down', { answer: shutsDown }],
  ['an error that says that it may be tried again', { answer: labelled }],
  ['a connection that breaks before the server sees it', 'break before'],
  ['a connection that breaks before it is answered', 'break after'],
])('commits once, in the order insert, work, mark, over %s', async (_, fate) => {
  const steps = [
    ['insert', 'batch'],
    ['insert', 'version'],
    ['update', 'version'],
    ['update', 'batch'],
  ] as const;
  await put(store, { id: 'a' });
  for (const [i, [name, collection]] of steps.entries()) {
    const { seen } = spoil(name, collection, fate);
    const made = change({ id: 'a', versionId: i + 2 });
    expect(await commit(store, made), `${name} ${collection}`).toEqual({ outcome: 'committed' });
    const writes = seen.filter(each => /^(insert|update)/.test(each));
    const order = steps.map(([command, of]) => writes.indexOf(`${command} ${of}`));
    expect(order, writes.join()).toEqual(order.toSorted((a, b) => a - b));
    expect(writes.filter(each => each === `${name} ${collection}`).length, `${name} ${collection}`).toBeGreaterThan(1);
    relay.decide = () => 'pass';
    expect((await store.changes(0, 99)).map(({ versionId }) => versionId)).toEqual(
      Array.from({ length: i + 2 }, (_, version) => version + 1),
    );
  }
});

it('says that it is not available while the database is gone, and works again when it is back', async () => {
  await put(store, { id: 'a' });
  relay.cut();
  await expect(store.read({ resourceType: 'Basic', id: 'a' })).rejects.toMatchObject({ kind: 'unavailable' });
  await expect(store.check()).rejects.toMatchObject({ name: 'StoreError', kind: 'unavailable' });
  const lost = commit(store, change({ id: 'b' }));
  await expect(lost).rejects.toMatchObject({ name: 'StoreError', kind: 'unavailable' });
  relay.open();
  await expect
    .poll(
      () =>
        store.check().then(
          () => true,
          () => false,
        ),
      { timeout: 20_000 },
    )
    .toBe(true);
  await put(store, { id: 'b' });
  expect(await store.changes(0, 9)).toHaveLength(2);
});

it('does not repeat what the database says', async () => {
  const secret = 'Malaria of Amina';
  spoil('find', 'version', { answer: { ok: 0, code: 2, errmsg: secret } });
  const failure: Error = await store.read({ resourceType: 'Basic', id: 'a' }).then(
    () => new Error('answered'),
    error => error,
  );
  expect(failure.message).toContain('MongoServerError 2');
  expect(failure.message).not.toContain(secret);
});
