import { describe, expect, it } from 'vitest';
import { createUuidV7 } from './uuid-v7.ts';

describe('createUuidV7', () => {
  it('makes valid ids that sort as they were made, on a running and on a frozen clock', () => {
    for (const now of [() => Date.now(), () => 1_700_000_000_000]) {
      const newId = createUuidV7(now);
      const ids = Array.from({ length: 20_000 }, newId);
      expect(ids.every(id => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toBe(
        true,
      );
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).toEqual([...ids].sort());
    }
  });
});
