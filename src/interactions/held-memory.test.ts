import { describe, expect, it } from 'vitest';
import type { Resource } from '../fhir/resource.ts';
import type { Change } from '../store/store.ts';
import { createHeldMemory, type Held, type HeldMemory, referringSearch } from './held-memory.ts';

const query = { resourceType: 'ClaimResponse', where: [], sort: [], count: 10, total: 'none' as const };

const found = (...ids: string[]): Held => ({
  found: new Map(ids.map(id => [`ClaimResponse/${id}`, { resourceType: 'ClaimResponse', id } as Resource])),
  search: { query: { ...query }, newest: undefined },
  size: 100,
});

const change = (id: string, versionId: number, patient = 'none'): Change => ({
  resourceType: 'ClaimResponse',
  id,
  versionId,
  lastUpdated: 1,
  method: 'PUT',
  text: JSON.stringify({ resourceType: 'ClaimResponse', id }),
  index: [{ kind: 'reference', parameter: 'patient', type: 'Patient', id: patient }],
});

const ofPatients = (...ids: string[]) =>
  referringSearch('ClaimResponse', [['patient', ids.map(id => `Patient/${id}`).join()]])!;

const namesIn = (memory: HeldMemory, key: string): string[] | undefined => {
  const held = memory.recall(key);
  return held && [...held.found.keys()].map(name => name.slice('ClaimResponse/'.length));
};

describe('the memory of held searches', () => {
  it('lays what is new to the searches that find it, as the newest of it', () => {
    const memory = createHeldMemory();
    memory.keep('k', found('a'), memory.generation, ofPatients('p', 'q'));
    memory.keep('l', found('b'), memory.generation, ofPatients('r'));
    memory.note({ changes: [change('c', 1, 'q')] });
    expect([namesIn(memory, 'k'), namesIn(memory, 'l')]).toEqual([['a', 'c'], ['b']]);
    expect(memory.recall('k')?.search?.newest).toEqual({ resourceType: 'ClaimResponse', id: 'c', versionId: 1 });
  });

  it('forgets whatever held an earlier version of what is changed or deleted, or finds it now', () => {
    const memory = createHeldMemory();
    memory.keep('k', found('a', 'b'), memory.generation);
    memory.keep('l', found('b', 'c'), memory.generation);
    memory.keep('m', found('d'), memory.generation);
    memory.keep('n', found(), memory.generation, ofPatients('p'));
    memory.note({ changes: [change('b', 2, 'p')] });
    expect(['k', 'l', 'm', 'n'].map(key => namesIn(memory, key))).toEqual([undefined, undefined, ['d'], undefined]);
  });

  it('forgets the searches that find what gets its time at the commit', () => {
    const memory = createHeldMemory();
    memory.keep('k', found('a'), memory.generation, ofPatients('p'));
    memory.note({ changes: [change('c', 1, 'p')], time: () => 2 });
    expect(memory.recall('k')).toBeUndefined();
  });

  it('does not keep what was looked for while something was stored', () => {
    const memory = createHeldMemory();
    const { generation } = memory;
    memory.note({ changes: [change('a', 1)] });
    memory.keep('k', found('a'), generation);
    expect(memory.recall('k')).toBeUndefined();
  });

  it('forgets what a commit found to be out of date, unless it has learnt more since', () => {
    const memory = createHeldMemory();
    const held = found('a');
    const { query } = held.search!;
    memory.keep('k', held, memory.generation, ofPatients('p'));
    memory.note({ changes: [change('c', 1, 'p')] });
    memory.doubt([{ query }]);
    const { newest } = memory.recall('k')!.search!;
    memory.doubt([{ query, newest: newest! }]);
    expect(memory.recall('k')).toBeUndefined();
  });

  it('forgets what was not used for longest where it holds more than it may', () => {
    const memory = createHeldMemory(1_200);
    memory.keep('k', found('a'), memory.generation, ofPatients('p'));
    memory.keep('l', found('b'), memory.generation, ofPatients('q'));
    memory.recall('k');
    memory.keep('m', found('c'), memory.generation);
    expect(['k', 'l', 'm'].map(key => namesIn(memory, key))).toEqual([['a'], undefined, ['c']]);
    const text = JSON.stringify({ resourceType: 'ClaimResponse', id: 'long', text: ' '.repeat(2_000) });
    memory.note({ changes: [{ ...change('long', 1, 'p'), text }] });
    expect(['k', 'm'].map(key => namesIn(memory, key))).toEqual([undefined, ['c']]);
  });

  it('knows whether a search is of references alone', () => {
    expect(referringSearch('Coverage', [['beneficiary', 'Patient/a,Patient/b']])?.targets).toHaveLength(2);
    for (const [name, value] of [
      ['_id', 'Patient/a'],
      ['beneficiary:identifier', 'Patient/a'],
      ['beneficiary', 'https://elsewhere.example/Patient/a'],
      ['status', 'active'],
    ] as const) {
      expect(referringSearch('Coverage', [[name, value]])).toBeUndefined();
    }
  });
});
