import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';
import { refuse } from '../fhir/fhir-error.ts';
import { bodyTooLarge } from './body-too-large.ts';

type Inflate = (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const asGzip: Inflate = promisify<Buffer, object, Buffer>(gunzip);

const INFLATE: ReadonlyMap<string, Inflate> = new Map([
  ['gzip', asGzip],
  ['x-gzip', asGzip],
  ['br', promisify<Buffer, object, Buffer>(brotliDecompress)],
  ['zstd', promisify<Buffer, object, Buffer>(zstdDecompress)],
  ['deflate', promisify<Buffer, object, Buffer>(inflate)],
]);

/** What a client may send, for the header Accept-Encoding of a refusal. https://www.rfc-editor.org/rfc/rfc7694 */
const TAKEN = 'gzip, br, zstd, deflate';

/**
 * The bytes that a body is in truth, of which there may be `limit`: what is more is never held. Not done on the main thread.
 * `encoding` is the Content-Encoding header.
 * @throws {FhirError} 413 for more than that, 415 for an encoding that is not known or more than one, 400 for bytes that are not of it
 */
export const inflateBody = async (body: Buffer, encoding: string, limit: number): Promise<Buffer> => {
  const name = encoding.trim().toLowerCase();
  if (name === 'identity' || name === '') return body;
  const work = INFLATE.get(name);
  if (work === undefined) {
    throw refuse('content-type-not-served', `Send the body as it is, or with one Content-Encoding out of ${TAKEN}.`, {
      headers: { 'accept-encoding': TAKEN },
    });
  }
  try {
    return await work(body, { maxOutputLength: limit });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw bodyTooLarge();
    throw refuse('request-malformed', `The body is not ${name}, as Content-Encoding says, or not all of it.`, {
      cause: error,
    });
  }
};
