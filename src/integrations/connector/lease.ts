import type { Store } from '../../store/store.ts';

/** The right to work for a peer, which one process has at a time. */
export interface Lease {
  /**
   * Takes the right or keeps it. `taken`: another process may have worked since this one had it; `held`: none has. Undefined while
   * another process has it.
   */
  hold(): Promise<'taken' | 'held' | undefined>;
}

/** So long, in milliseconds, a process that ended keeps others from its work at most. */
const SLOT_MS = 5_000;

/**
 * Time is cut into slots, and in each the right is a name of the store that is taken once. Who has a slot may take the next one before
 * it begins, others not. What a process writes that was late is refused by the version it writes over: the right saves work, and
 * exactness does not rest on it.
 * @param term stands in the name: processes of different terms do not wait for each other. For a store that only one process has open
 */
export const createLease = (
  store: Pick<Store, 'commit'>,
  { peer, term, now }: { peer: string; term: string; now: () => number },
): Lease => {
  /** The last slot that was taken. */
  let own = Number.NEGATIVE_INFINITY;
  let refused = Number.NEGATIVE_INFINITY;
  const take = async (slot: number): Promise<boolean> => {
    const once = { name: `lease ${peer} ${term} ${slot}`, from: now(), until: (slot + 1) * SLOT_MS };
    const { outcome } = await store.commit({ changes: [], once });
    return outcome === 'committed';
  };
  return {
    hold: async () => {
      const time = now();
      const slot = Math.floor(time / SLOT_MS);
      if (own > slot) return 'held';
      if (own === slot) {
        const isEnding = time - slot * SLOT_MS > SLOT_MS / 2;
        if (isEnding && (await take(slot + 1))) own = slot + 1;
        return 'held';
      }
      if (refused === slot) return undefined;
      if (await take(slot)) {
        own = slot;
        return 'taken';
      }
      refused = slot;
      return undefined;
    },
  };
};
