import { createReadStream, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { splitBundle } from '../../src/fhir/split-bundle.ts';

/** A resource, or a batch or transaction, as it stands in a file. */
export interface LoadEntry {
  file: string;
  /** Line of an NDJSON file, counted from 1; entry of a Bundle, counted from 0. */
  place: { line: number } | { entry: number };
  body: Buffer;
  /** Bytes of the file up to the end of the entry. */
  readTo: number;
}

/** A file to load and its length in bytes. */
export interface LoadFile {
  file: string;
  bytes: number;
}

const NEW_LINE = 10;
/** Deeper than any server takes; whoever stores the resource judges it. */
const MAX_DEPTH = 1000;

/** The files that paths name: a folder stands for those in it that end in .ndjson or .json, in the order of their names. */
export const filesOf = (paths: readonly string[]): LoadFile[] =>
  paths
    .flatMap(path =>
      statSync(path).isDirectory()
        ? readdirSync(path)
            .filter(name => /\.(nd)?json$/.test(name))
            .sort()
            .map(name => join(path, name))
        : [path],
    )
    .map(file => ({ file, bytes: statSync(file).size }));

async function* lines(file: string): AsyncGenerator<LoadEntry> {
  let rest: Buffer = Buffer.alloc(0);
  let readTo = 0;
  let line = 0;
  const entryOf = (body: Buffer): LoadEntry => ({ file, place: { line }, body, readTo });
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let end = bytes.indexOf(NEW_LINE); end !== -1; end = bytes.indexOf(NEW_LINE, from)) {
      line++;
      readTo += end + 1 - from;
      const body = bytes.subarray(from, end);
      from = end + 1;
      if (body.toString().trim() !== '') yield entryOf(body);
    }
    rest = bytes.subarray(from);
  }
  line++;
  readTo += rest.length;
  if (rest.toString().trim() !== '') yield entryOf(rest);
}

const turn = async (): Promise<void> => {};

/** A file that is one resource; a Bundle that asks for nothing (a collection, a search result) stands for those in it. */
async function* document(file: string): AsyncGenerator<LoadEntry> {
  const body = await readFile(file);
  const whole: LoadEntry = { file, place: { line: 1 }, body, readTo: body.length };
  const split = await splitBundle(body, MAX_DEPTH, turn).catch(() => undefined);
  const { resourceType, type } = split?.bundle ?? {};
  if (split === undefined || resourceType !== 'Bundle' || type === 'batch' || type === 'transaction') {
    yield whole;
    return;
  }
  for (let entry = 0; entry < split.count; entry++) {
    const text = split.next()?.resource?.text;
    const readTo = Math.floor((body.length * (entry + 1)) / split.count);
    if (text !== undefined) yield { file, place: { entry }, body: Buffer.from(text), readTo };
  }
}

/** What stands in a file, one after the other. NDJSON is read as it is needed, a Bundle as a whole. */
export const readEntries = (file: string): AsyncGenerator<LoadEntry> =>
  file.endsWith('.json') ? document(file) : lines(file);
