import type { Filter } from 'mongodb';
import { auditHash, auditKey, NO_ROW } from '../audit-hash.ts';
import type { AuditQuery, ChainedAuditRow, StoredAuditRow } from '../store.ts';
import type { BatchDraft } from './batch-draft.ts';
import type { Collections } from './collections.ts';
import type { AuditDocument } from './documents.ts';

/** Rows that are forgotten in one batch. */
const MOST_FORGOTTEN = 5000;

const rowOf = ({ _id, at, keys, text }: AuditDocument): StoredAuditRow => ({ sequence: _id, at, keys, text });

/**
 * Numbers the audit rows of a draft and binds them to the last one that is stored. Right as long as no other process commits before, by
 * which the whole draft would be void.
 */
export async function numberAudit({ audit }: Collections, draft: BatchDraft, key: Uint8Array): Promise<void> {
  const { work } = draft;
  const secret = auditKey(key);
  if (draft.audit.length === 0 && draft.forgetAuditBefore === 0) return;
  const last = await audit.findOne({}, { sort: { _id: -1 }, projection: { hash: 1 } });
  let sequence = last?._id ?? 0;
  let hash: Uint8Array = last === null ? NO_ROW : Buffer.from(last.hash, 'hex');
  work.audit = draft.audit.map(row => {
    sequence++;
    hash = auditHash(secret, hash, { ...row, sequence });
    return { _id: sequence, at: row.at, keys: [...row.keys], text: row.text, hash: Buffer.from(hash).toString('hex') };
  });
  if (draft.forgetAuditBefore === 0) return;
  const oldest = await audit.find({}, { sort: { _id: 1 }, limit: MOST_FORGOTTEN, projection: { hash: 0 } }).toArray();
  const kept = oldest.findIndex(({ at, text }) => at >= draft.forgetAuditBefore && text !== '');
  const end = (kept === -1 ? oldest : oldest.slice(0, kept)).at(-1);
  if (end !== undefined && end._id !== last?._id) work.forgotten = [{ upTo: end._id }];
}

/** The rows that a query asks for, by time. */
export async function findAuditRows({ audit }: Collections, query: AuditQuery): Promise<StoredAuditRow[]> {
  const { anyOf, at, after, newestFirst = false, count } = query;
  const beyond = newestFirst ? '$lt' : '$gt';
  const conditions: Filter<AuditDocument>[] = [{ text: { $ne: '' } }];
  if (anyOf !== undefined) conditions.push({ keys: { $in: [...anyOf] } });
  if (at !== undefined) conditions.push({ at: { $gte: at.low, $lt: at.high } });
  if (after !== undefined) {
    const [afterAt, afterSequence] = after;
    conditions.push({ $or: [{ at: { [beyond]: afterAt } }, { at: afterAt, _id: { [beyond]: afterSequence } }] });
  }
  const order = newestFirst ? -1 : 1;
  const options = { sort: { at: order, _id: order }, limit: count, projection: { hash: 0 } } as const;
  return (await audit.find({ $and: conditions }, options).toArray()).map(rowOf);
}

/** Rows in the order in which they were written, after one, with their hashes. */
export async function chainedAuditRows(
  { audit }: Collections,
  afterSequence: number,
  limit: number,
): Promise<ChainedAuditRow[]> {
  const rows = await audit.find({ _id: { $gt: afterSequence } }, { sort: { _id: 1 }, limit }).toArray();
  return rows.map(row => ({ ...rowOf(row), hash: Buffer.from(row.hash, 'hex') }));
}
