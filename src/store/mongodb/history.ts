import type { Collection, Filter } from 'mongodb';
import { boundedTime } from '../bounded.ts';
import { nameOf } from '../key-name.ts';
import type { Cursor, HistoryPage, HistoryQuery, HistoryVersion } from '../store.ts';
import type { VersionDocument } from './documents.ts';
import { STORED, versionOf } from './stored-version.ts';

/** A part of a history as it was when the versions up to `sequence` were there. The cursor is where the page ended. */
export async function findHistory(
  versions: Collection<VersionDocument>,
  { sequence, pageBytes }: { sequence: number; pageBytes: number },
  query: HistoryQuery,
  after?: Cursor,
): Promise<HistoryPage> {
  const { count, oldestFirst = false } = query;
  const place = after?.[0] as number | undefined;
  const from = place === undefined ? {} : { _id: { [oldestFirst ? '$gt' : '$lt']: place } };
  const filter = { $and: [ofHistory(query, sequence), { _id: { $lte: sequence } }, from] };
  const found: HistoryVersion[] = [];
  let bytes = 0;
  let passed: number | undefined;
  let isMore = false;
  if (count > 0) {
    const cursor = versions.find(filter, {
      sort: { _id: oldestFirst ? 1 : -1 },
      limit: count + 1,
      projection: { ...STORED, creates: 1 },
    });
    for await (const document of cursor) {
      isMore = found.length >= count || bytes >= pageBytes;
      if (isMore) break;
      const { sequence: own, ...version } = versionOf(document);
      passed = own;
      found.push({ ...version, creates: document.creates });
      bytes += version.bodyBytes;
    }
    await cursor.close();
  }
  const isWhole = after === undefined && !isMore && count > 0;
  const total = isWhole ? found.length : await versionsOf(versions, sequence, query);
  return { versions: found, ...(isMore && { next: [passed!] }), ...(total !== undefined && { total }) };
}

function ofHistory({ of, since, at }: HistoryQuery, sequence: number): Filter<VersionDocument> {
  const conditions: Filter<VersionDocument>[] = [
    'id' in of ? { name: nameOf(of) } : { type: { $in: [...of.resourceTypes] } },
  ];
  if (since !== undefined) conditions.push({ updated: { $gte: boundedTime(since) } });
  if (at !== undefined) {
    const [low, high] = [boundedTime(at.low), boundedTime(at.high)];
    const isLonger = [{ updated: { $gte: low } }, { ended: { $gt: low } }, { until: { $gt: sequence } }];
    conditions.push({ updated: { $lt: high } }, { $or: isLonger });
  }
  return { $and: conditions };
}

/** Number of all versions where that is known without counting. */
async function versionsOf(
  versions: Collection<VersionDocument>,
  sequence: number,
  { of, since, at }: HistoryQuery,
): Promise<number | undefined> {
  if (!('id' in of) || since !== undefined || at !== undefined) return undefined;
  const filter = { name: nameOf(of), _id: { $lte: sequence } };
  const current = await versions.findOne(filter, { sort: { versionId: -1 }, projection: { versionId: 1 } });
  return current?.versionId;
}
