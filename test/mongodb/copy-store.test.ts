import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { expect, inject, it } from 'vitest';
import { type CopyProgress, copyStore } from '../../scripts/copy-store/copy-store.ts';
import { readDemoScheme } from '../../scripts/demo/scheme.ts';
import { readConfig } from '../../src/config.ts';
import type { JsonObject } from '../../src/fhir/resource.ts';
import { firstStart } from '../../src/first-start.ts';
import { create } from '../../src/interactions/create.ts';
import { deleteResource } from '../../src/interactions/delete.ts';
import { update } from '../../src/interactions/update.ts';
import { type OpenDeps, openDeps } from '../../src/open-deps.ts';
import { openStore } from '../../src/store/open-store.ts';
import { query } from '../contract/stored.ts';
import { claimText } from '../e2e/demo-claims.ts';

const { url } = inject('mongodb')!;

const open = (store: string): Promise<OpenDeps> =>
  openDeps(readConfig({ KIUNGO_STORE: store, KIUNGO_CLAIM_MODE: 'forward' }), pino({ level: 'silent' }));

/** A scheme with a claim, a resource that was changed and one that was deleted. */
const fill = async ({ deps }: OpenDeps): Promise<void> => {
  await firstStart(deps);
  const scheme = await readDemoScheme(new Date().getUTCFullYear());
  for (const resource of scheme) {
    const { resourceType, id } = resource as { resourceType: string; id: string };
    await update(deps, { resourceType, id, body: Buffer.from(JSON.stringify(resource)) });
  }
  await create(deps, { resourceType: 'Claim', body: Buffer.from(claimText('COPIED')) });
  const { identifier, ...facility } = scheme.find(({ resourceType }) => resourceType === 'Organization')!;
  const [first] = identifier as JsonObject[];
  const gone = { ...facility, id: 'gone', identifier: [{ ...first, value: 'GONE' }] };
  await update(deps, { resourceType: 'Organization', id: 'gone', body: Buffer.from(JSON.stringify(gone)) });
  await deleteResource(deps, { resourceType: 'Organization', id: 'gone' });
};

it('copies a store to MongoDB and back, goes on where it was broken off, and has the same at the end', async () => {
  const first = await open('sqlite::memory:');
  await fill(first);
  const mongodb = `${url}/copy-${randomUUID().slice(0, 8)}`;
  const shared = await openStore(mongodb);
  const breakOff = (): never => {
    throw new Error('broken off');
  };
  await expect(copyStore(first.deps, shared, breakOff)).rejects.toThrow('broken off');
  const told: CopyProgress[] = [];
  const there = await copyStore(first.deps, shared, progress => told.push(progress));
  expect(told.every(({ total }) => total === there.versions)).toBe(true);
  expect(told.at(-1)).toEqual({ step: 'compared', done: there.versions, total: there.versions });
  await shared.close();

  const second = await open(mongodb);
  const claims = query({ resourceType: 'Claim', total: 'accurate' });
  expect((await second.deps.store.search(claims)).total).toBe(1);
  // The identity of the claim was copied, too.
  const again = await create(second.deps, { resourceType: 'Claim', body: Buffer.from(claimText('COPIED')) });
  expect(again.status).toBe(200);
  const back = await openStore('sqlite::memory:');
  expect(await copyStore(second.deps, back, () => {})).toEqual(there);
  expect((await back.search(claims)).total).toBe(1);
  await back.close();

  const other = await openStore('sqlite::memory:');
  await other.commit({
    changes: [{ resourceType: 'Basic', id: 'x', versionId: 1, lastUpdated: 1, method: 'POST', text: '{}', index: [] }],
  });
  await expect(copyStore(second.deps, other, () => {})).rejects.toThrow('has something else');
  await Promise.all([other.close(), first.close(), second.close()]);
});
