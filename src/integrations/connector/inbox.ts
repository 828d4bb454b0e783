import type { CommitResult, Store, Unit } from '../../store/store.ts';

/** So long, in milliseconds, a peer may send a message again and have it known. */
const KEPT_MS = 90 * 24 * 3_600_000;

/**
 * Processes what a peer sends exactly once by its key: the changes that follow from it and the key are stored together, or not at all.
 * `used-before` says that the message was processed before.
 */
export const createInbox =
  (store: Pick<Store, 'commit'>, { peer, now }: { peer: string; now: () => number }) =>
  (key: string, unit: Unit): Promise<CommitResult> => {
    const from = now();
    return store.commit({ ...unit, once: { name: `inbox ${peer} ${key}`, from, until: from + KEPT_MS } });
  };
