import { once } from 'node:events';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { SchemeFile } from './scheme-files.ts';

/** So many characters go to the disk at once. */
const CHUNK = 256 * 1024;

/** The lines of a file in pieces of some size. */
function* chunks({ resources }: SchemeFile): Generator<string> {
  let text = '';
  for (const resource of resources) {
    text += `${JSON.stringify(resource)}\n`;
    if (text.length < CHUNK) continue;
    yield text;
    text = '';
  }
  yield text;
}

/**
 * Writes each type to a file of its own, `01-Location.ndjson` and so on: in the order of their names they can be loaded.
 * @returns the paths
 */
export const writeFiles = async (files: Iterable<SchemeFile>, folder: string): Promise<string[]> => {
  mkdirSync(folder, { recursive: true });
  const paths: string[] = [];
  for (const file of files) {
    const path = join(folder, `${String(paths.length + 1).padStart(2, '0')}-${file.resourceType}.ndjson`);
    const stream = createWriteStream(path);
    for (const chunk of chunks(file)) if (!stream.write(chunk)) await once(stream, 'drain');
    stream.end();
    await finished(stream);
    paths.push(path);
  }
  return paths;
};
