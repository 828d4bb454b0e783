import { createHmac, timingSafeEqual } from 'node:crypto';
import { refuse } from '../fhir/fhir-error.ts';

/** Where a page ended, as the store says it. */
type Cursor = readonly (string | number | null)[];

const MAC_BYTES = 16;
const BASE64URL = /^[A-Za-z0-9_-]+$/;

/**
 * The text that a client hands back to get the next page: the cursor, signed together with the query that it goes on with
 * (`queryText`: resource type and parameters as they were applied, without the cursor).
 */
export function signCursor(cursor: Cursor, queryText: string, key: Buffer): string {
  const payload = Buffer.from(JSON.stringify(cursor));
  return Buffer.concat([macOf(payload, queryText, key), payload]).toString('base64url');
}

/**
 * The cursor of a text that `signCursor` made with the same key for the same query.
 * @throws {FhirError} 400 `cursor-invalid` when it was changed, cut off, or belongs to another query or server.
 */
export function readCursor(text: string, queryText: string, key: Buffer): Cursor {
  if (BASE64URL.test(text)) {
    const bytes = Buffer.from(text, 'base64url');
    const payload = bytes.subarray(MAC_BYTES);
    // The last character may hold bits that decoding drops: only the text that was given out is taken back.
    if (
      bytes.length > MAC_BYTES &&
      bytes.toString('base64url') === text &&
      timingSafeEqual(bytes.subarray(0, MAC_BYTES), macOf(payload, queryText, key))
    ) {
      return JSON.parse(payload.toString()) as Cursor;
    }
  }
  throw refuse(
    'cursor-invalid',
    'The page link is not one that this server gave for this search. Follow the links of the Bundle unchanged, or start again without "_cursor".',
  );
}

function macOf(payload: Buffer, queryText: string, key: Buffer): Buffer {
  const query = Buffer.from(queryText);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(query.length);
  return createHmac('sha256', key).update(length).update(query).update(payload).digest().subarray(0, MAC_BYTES);
}
