import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** How a body is kept; a number per row, so that rows of every release stay readable. */
const PLAIN = 0;
const DEFLATED = 1;

export interface StoredBody {
  codec: number;
  bytes: Uint8Array;
}

/** Packs a body for keeping. Level 1: higher levels cost twice the time for a tenth of the size. */
export function encodeBody(bytes: Uint8Array, deflateFrom: number): StoredBody {
  if (bytes.byteLength < deflateFrom) return { codec: PLAIN, bytes };
  const deflated = deflateRawSync(bytes, { level: 1, windowBits: 14, memLevel: 7 });
  return deflated.byteLength < bytes.byteLength ? { codec: DEFLATED, bytes: deflated } : { codec: PLAIN, bytes };
}

/** The text of the bytes that were given to `encodeBody`. */
export function decodeBody(codec: number, bytes: Uint8Array): string {
  if (codec === DEFLATED) return inflateRawSync(bytes).toString();
  if (codec === PLAIN) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  throw new Error(`A stored body has the unknown codec ${codec}: it was written by a later release.`);
}
