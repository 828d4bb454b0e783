import { promisify } from 'node:util';
import { brotliCompress, constants, deflate, gzip, zstdCompress } from 'node:zlib';

/** A content encoding that bodies are sent in, by its name in HTTP. */
export type Encoding = 'br' | 'zstd' | 'gzip' | 'deflate';

/** Bytes from which on a body is compressed: less fits into one packet as it is. */
export const LEAST_COMPRESSED = 1024;

const asGzip = promisify<string, object, Buffer>(gzip);
const asDeflate = promisify<string, object, Buffer>(deflate);
const asBrotli = promisify<string, object, Buffer>(brotliCompress);
const asZstd = promisify<string, object, Buffer>(zstdCompress);

const FAST = { level: 3 };
const FAST_BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

/** In the order in which they are taken where a client likes several as well. Not done on the main thread. */
const COMPRESS: Record<Encoding, (body: string) => Promise<Buffer>> = {
  br: body => asBrotli(body, FAST_BROTLI),
  zstd: body => asZstd(body, {}),
  gzip: body => asGzip(body, FAST),
  deflate: body => asDeflate(body, FAST),
};
const ENCODINGS = Object.keys(COMPRESS) as Encoding[];

const WEIGHT = /^q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/i;

/** How much a client likes each coding that the header names, from 0 to 1. */
const weightsOf = (header: string): Map<string, number> => {
  const weights = new Map<string, number>();
  for (const range of header.split(',')) {
    const [name = '', ...parameters] = range.split(';').map(part => part.trim());
    const weight = parameters.map(parameter => WEIGHT.exec(parameter)?.[1]).find(value => value !== undefined);
    const coding = name.toLowerCase();
    weights.set(coding === 'x-gzip' ? 'gzip' : coding, weight === undefined ? 1 : Number(weight));
  }
  return weights;
};

const choose = (header: string): Encoding | undefined => {
  const weights = weightsOf(header);
  const weightOf = (name: string): number => weights.get(name) ?? weights.get('*') ?? 0;
  const [best] = ENCODINGS.toSorted((a, b) => weightOf(b) - weightOf(a));
  // Without a word about it, a body as it is will always do, but what is named goes before.
  return weightOf(best!) > 0 && weightOf(best!) >= (weights.get('identity') ?? 0) ? best : undefined;
};

/** Accept-Encoding headers seen before; clients send a handful of different ones. */
const chosen = new Map<string, Encoding | undefined>();

/**
 * The encoding that a client likes best, of those that there are; undefined where it takes a body as it is only.
 * https://www.rfc-editor.org/rfc/rfc9110#field.accept-encoding
 */
export const encodingFor = (acceptEncoding: string): Encoding | undefined => {
  if (chosen.has(acceptEncoding)) return chosen.get(acceptEncoding);
  const encoding = choose(acceptEncoding);
  if (chosen.size < 1000) chosen.set(acceptEncoding, encoding);
  return encoding;
};

/** A body in an encoding. */
export const compressBody = (body: string, encoding: Encoding): Promise<Buffer> => COMPRESS[encoding](body);
