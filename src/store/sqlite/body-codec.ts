import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { BODY_DICTIONARY } from './body-dictionary.ts';

/** How a body is kept; a number per row, so that rows of every release stay readable. */
const PLAIN = 0;
const DEFLATED = 1;

/** A body as it is kept. */
export interface StoredBody {
  codec: number;
  bytes: Uint8Array;
}

/**
 * What takes least time for a seventh more bytes: higher levels cost twice as much, codes of a body's own a quarter more, and a
 * larger window more to set up for each body.
 */
const DEFLATE = {
  level: 1,
  strategy: constants.Z_FIXED,
  windowBits: 13,
  memLevel: 5,
  chunkSize: 4096,
  dictionary: BODY_DICTIONARY,
};
const INFLATE = { windowBits: 13, chunkSize: 8192, dictionary: BODY_DICTIONARY };

/** Packs the UTF-8 of a body for keeping. */
export function encodeBody(bytes: Uint8Array): StoredBody {
  const deflated = deflateRawSync(bytes, DEFLATE);
  return deflated.byteLength < bytes.byteLength ? { codec: DEFLATED, bytes: deflated } : { codec: PLAIN, bytes };
}

/** The bytes that were given to `encodeBody`. */
export function decodeBody(codec: number, bytes: Uint8Array): Buffer {
  if (codec === DEFLATED) return inflateRawSync(bytes, INFLATE);
  if (codec === PLAIN) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  throw new Error(`A stored body has the unknown codec ${codec}: it was written by a later release.`);
}
