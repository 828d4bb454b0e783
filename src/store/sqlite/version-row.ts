import type { ResourceKey, SequencedVersion, StoredVersion } from '../store.ts';
import { decodeBody } from './body-codec.ts';
import type { RowSeal } from './row-seal.ts';
import type { Column } from './statements.ts';

/** What `readVersionRow` reads, of a table `version v`; without and with the resource's key. */
export const VERSION_COLUMNS = 'v.seq, v.version_id, v.updated, v.method, v.codec, v.body';
export const KEYED_VERSION_COLUMNS = `${VERSION_COLUMNS}, v.type, v.id`;

const keyOf = (row: Column[]): ResourceKey => ({ resourceType: row[6] as string, id: row[7] as string });

/** The version of a row; `key` may be left out where the row has it. */
export function readVersionRow(
  row: Column[],
  seal: RowSeal | undefined,
  { resourceType, id } = keyOf(row),
): SequencedVersion {
  const body = decodeBody(row[4] as number, row[5] as Uint8Array, row[0] as number, seal);
  return {
    sequence: row[0] as number,
    resourceType,
    id,
    versionId: row[1] as number,
    lastUpdated: row[2] as number,
    method: row[3] as StoredVersion['method'],
    body: body.toString(),
    bodyBytes: body.byteLength,
  };
}
