import { setImmediate } from 'node:timers/promises';
import { auditHash, auditKey, NO_ROW } from '../store/audit-hash.ts';
import type { Store } from '../store/store.ts';

/** What a look through the whole chain has found. */
export interface AuditVerdict {
  /** Rows that were looked at. */
  rows: number;
  /** The number of the first row that is not as it was written, or before which one is missing. */
  broken?: number;
  /** Up to which number rows were forgotten. */
  forgotten?: number;
  /** The last row and its hash, to be kept elsewhere: that no row was cut off the end shows by these alone. */
  last?: { sequence: number; hash: string };
}

const ROWS = 1000;

/**
 * Computes the hashes of all audit rows anew.
 * @param noted a row and its hash as an earlier verdict named them last: it must still be there
 */
export const verifyAudit = async (
  store: Pick<Store, 'auditChain' | 'signingKey'>,
  noted?: { sequence: number; hash: string },
): Promise<AuditVerdict> => {
  let before: Uint8Array = NO_ROW;
  let sequence = 0;
  let rows = 0;
  let forgotten: number | undefined;
  let isNoted = noted === undefined;
  const verdict = (): AuditVerdict => ({
    rows,
    ...(forgotten !== undefined && { forgotten }),
    ...(sequence > 0 && { last: { sequence, hash: Buffer.from(before).toString('hex') } }),
  });
  const key = auditKey(store.signingKey);
  for (;;) {
    const page = await store.auditChain(sequence, ROWS);
    for (const row of page) {
      const isBegin = sequence === 0 && row.text === '';
      const hash = isBegin ? row.hash : auditHash(key, before, row);
      const isNext = isBegin || row.sequence === sequence + 1;
      if (!isNext || Buffer.compare(hash, row.hash) !== 0) return { ...verdict(), broken: row.sequence };
      if (isBegin) forgotten = row.sequence;
      if (row.sequence === noted?.sequence) {
        isNoted = Buffer.from(hash).toString('hex') === noted.hash;
        if (!isNoted) return { ...verdict(), broken: row.sequence };
      }
      before = hash;
      sequence = row.sequence;
      rows++;
    }
    if (page.length < ROWS) break;
    await setImmediate();
  }
  const isForgotten = noted !== undefined && forgotten !== undefined && noted.sequence < forgotten;
  return isNoted || isForgotten ? verdict() : { ...verdict(), broken: sequence + 1 };
};
