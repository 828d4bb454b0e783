import type { BatchLog } from './batch-log.ts';
import type { Collections } from './collections.ts';

/** Times the longest search after which no search can want what was superseded. */
const MARGIN = 2;

/**
 * Takes away the terms of versions that were superseded before the longest search began, so that the indexes have what is current. Any
 * process may do it at any time.
 */
export function createTidying(collections: Collections, log: BatchLog, searchLimitMs: number): () => Promise<void> {
  let noted = { sequence: 0, at: 0 };
  return async () => {
    const now = performance.now();
    if (noted.at !== 0 && now - noted.at < MARGIN * searchLimitMs) return;
    const old = noted.sequence;
    noted = { sequence: log.position.sequence, at: now };
    if (old === 0) return;
    await collections.version.updateMany(
      { stale: { $lte: old } },
      { $unset: { terms: 1, keys: 1, identities: 1, stale: 1 } },
    );
  };
}
