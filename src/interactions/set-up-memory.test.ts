import { describe, expect, it } from 'vitest';
import type { Resource } from '../fhir/resource.ts';
import { createSetUpMemory } from './set-up-memory.ts';

const found = (id: string): readonly Resource[] => [{ resourceType: 'InsurancePlan', id }];

describe('the memory of a set-up', () => {
  it('looks once for the same', async () => {
    const memory = createSetUpMemory();
    const first = await memory.recall('InsurancePlan/a', async () => found('a'));
    expect(await memory.recall('InsurancePlan/a', async () => found('other'))).toBe(first);
  });

  it('forgets when set-up is stored, and not when claims are', async () => {
    const memory = createSetUpMemory();
    await memory.recall('InsurancePlan/a', async () => found('a'));
    memory.note(['Claim', 'ClaimResponse']);
    expect(await memory.recall('InsurancePlan/a', async () => found('b'))).toEqual(found('a'));
    memory.note(['Patient', 'InsurancePlan']);
    expect(await memory.recall('InsurancePlan/a', async () => found('b'))).toEqual(found('b'));
  });

  it('does not keep what was looked for while set-up was stored', async () => {
    const memory = createSetUpMemory();
    await memory.recall('InsurancePlan/a', async () => {
      memory.note(['InsurancePlan']);
      return found('before');
    });
    expect(await memory.recall('InsurancePlan/a', async () => found('after'))).toEqual(found('after'));
  });
});
