import { describe, expect, it } from 'vitest';
import type { Resource } from '../fhir/resource.ts';
import { createHeldMemory, type Held } from './held-memory.ts';

const found = (...ids: string[]): Held => ({
  byId: new Map(ids.map(id => [id, { resourceType: 'ClaimResponse', id } as Resource])),
  upTo: 1,
});

describe('the memory of held searches', () => {
  it('keeps what was found, and what is new does not touch it', () => {
    const memory = createHeldMemory();
    const held = found('a', 'b');
    memory.keep('k', held, memory.generation);
    memory.note([{ id: 'c', versionId: 1 }]);
    expect(memory.recall('k')).toBe(held);
  });

  it('forgets whatever held an earlier version of what is changed or deleted', () => {
    const memory = createHeldMemory();
    memory.keep('k', found('a', 'b'), memory.generation);
    memory.keep('l', found('b', 'c'), memory.generation);
    memory.keep('m', found('d'), memory.generation);
    memory.note([{ id: 'b', versionId: 2 }]);
    expect([memory.recall('k'), memory.recall('l')]).toEqual([undefined, undefined]);
    expect(memory.recall('m')).toBeDefined();
  });

  it('does not keep what was looked for while something was changed', () => {
    const memory = createHeldMemory();
    const { generation } = memory;
    memory.note([{ id: 'a', versionId: 2 }]);
    memory.keep('k', found('a'), generation);
    expect(memory.recall('k')).toBeUndefined();
  });
});
