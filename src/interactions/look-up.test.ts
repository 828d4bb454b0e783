import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../store/open-store.ts';
import type { Change, Store } from '../store/store.ts';
import type { Deps } from './context.ts';
import { lookUp } from './look-up.ts';
import { createSetUpMemory } from './set-up-memory.ts';

let store: Store;
let deps: Deps;

const version = (id: string, versionId: number, day: string, method: Change['method'] = 'PUT'): Change => ({
  resourceType: 'InsurancePlan',
  id,
  versionId,
  lastUpdated: Date.parse(`${day}T12:00:00Z`),
  method,
  index: [],
  ...(method === 'DELETE' ? {} : { text: JSON.stringify({ resourceType: 'InsurancePlan', id, name: `${versionId}` }) }),
});

beforeAll(async () => {
  store = await openStore('sqlite::memory:');
  deps = { store, setUp: createSetUpMemory(), settings: { timeZone: 'Africa/Nairobi' } } as unknown as Deps;
  for (const change of [
    version('a', 1, '2026-03-01'),
    version('gone', 1, '2026-03-01'),
    version('gone', 2, '2026-04-01', 'DELETE'),
    version('a', 2, '2026-06-01'),
    version('a', 3, '2026-07-01'),
  ]) {
    expect(await store.commit({ changes: [change] })).toEqual({ outcome: 'committed' });
  }
});
afterAll(() => store.close());

const namesOn = async (asOf: string, id = 'a'): Promise<unknown[]> => {
  const { found } = await lookUp(deps, () => ({ plan: { references: [`InsurancePlan/${id}`], asOf } }));
  return found.plan!.map(({ name }) => name);
};

describe('a resource as of a day', () => {
  it('is the version that was current at the end of the day', async () => {
    expect(await namesOn('2026-03-01')).toEqual(['1']);
    expect(await namesOn('2026-05-31')).toEqual(['1']);
    expect(await namesOn('2026-06-01')).toEqual(['2']);
    expect(await namesOn('2030-01-01')).toEqual(['3']);
  });

  it('is kept once, however many days it is asked for', async () => {
    const on = async (asOf: string): Promise<unknown> => {
      const { found } = await lookUp(deps, () => ({ plan: { references: ['InsurancePlan/a'], asOf } }));
      return found.plan![0];
    };
    expect(await on('2026-06-10')).toBe(await on('2026-06-20'));
  });

  it('is the current one where there was none yet', async () => {
    expect(await namesOn('2026-02-28')).toEqual(['3']);
  });

  it('is what it was until it was deleted', async () => {
    expect(await namesOn('2026-03-15', 'gone')).toEqual(['1']);
    expect(await namesOn('2026-05-01', 'gone')).toEqual([]);
  });
});

it('is asked until nothing new is asked for, each time with what was found', async () => {
  const rounds: string[][] = [];
  const { found } = await lookUp(deps, known => {
    rounds.push(Object.keys(known));
    return known.first === undefined
      ? { first: { references: ['InsurancePlan/a'] } }
      : { second: { references: ['InsurancePlan/none'] } };
  });
  expect(rounds).toEqual([[], ['first'], ['first', 'second']]);
  expect([found.first?.length, found.second?.length]).toEqual([1, 0]);
});
