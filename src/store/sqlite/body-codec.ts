import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { BODY_DICTIONARY } from './body-dictionary.ts';
import type { RowSeal } from './row-seal.ts';

/** How a body is kept; a number per row, so that rows of every release stay readable. */
const PLAIN = 0;
const DEFLATED = 1;
/** Added where the bytes, plain or deflated, are sealed. */
const SEALED = 2;

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

const rowOf = (sequence: number): string => `body ${sequence}`;

const sealBody = ({ codec, bytes }: StoredBody, sequence: number, seal: RowSeal): StoredBody => ({
  codec: codec + SEALED,
  bytes: seal.close(bytes, rowOf(sequence)),
});

const openBody = ({ codec, bytes }: StoredBody, sequence: number, seal: RowSeal): StoredBody => ({
  codec: codec - SEALED,
  bytes: seal.open(bytes, rowOf(sequence)),
});

const isSealed = (codec: number): boolean => codec === PLAIN + SEALED || codec === DEFLATED + SEALED;

/** Packs the UTF-8 of a body for keeping in the row of a version, and seals it where there is a seal. */
export function encodeBody(bytes: Uint8Array, sequence: number, seal: RowSeal | undefined): StoredBody {
  const deflated = deflateRawSync(bytes, DEFLATE);
  const isSmaller = deflated.byteLength < bytes.byteLength;
  const packed = isSmaller ? { codec: DEFLATED, bytes: deflated } : { codec: PLAIN, bytes };
  return seal === undefined ? packed : sealBody(packed, sequence, seal);
}

/** A kept body as it is sealed with the first key, or in clear; undefined where it is so already. */
export function resealBody(
  stored: StoredBody,
  sequence: number,
  seal: RowSeal,
  inClear: boolean,
): StoredBody | undefined {
  const wasSealed = isSealed(stored.codec);
  if (inClear) return wasSealed ? openBody(stored, sequence, seal) : undefined;
  if (wasSealed && seal.isOfFirst(stored.bytes)) return undefined;
  return sealBody(wasSealed ? openBody(stored, sequence, seal) : stored, sequence, seal);
}

/** The bytes that were given to `encodeBody`. */
export function decodeBody(codec: number, bytes: Uint8Array, sequence: number, seal: RowSeal | undefined): Buffer {
  if (codec === DEFLATED) return inflateRawSync(bytes, INFLATE);
  if (codec === PLAIN) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isSealed(codec) && seal !== undefined) {
    const opened = openBody({ codec, bytes }, sequence, seal);
    return decodeBody(opened.codec, opened.bytes, sequence, seal);
  }
  throw new Error(`A stored body has the unknown codec ${codec}: it was written by a later release.`);
}
