import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Data that is not part of the project; its folder is named by the environment. */
const DATA = process.env.KIUNGO_TEST_DATA;

/** The folder of examples below `KIUNGO_TEST_DATA`; undefined, said on standard output, where it is not there. */
export const exampleFolder = (path: string): string | undefined => {
  const folder = join(DATA ?? '', path);
  if (DATA !== undefined && existsSync(folder)) return folder;
  const reason = DATA === undefined ? 'KIUNGO_TEST_DATA is not set' : `${DATA} has no ${path}`;
  process.stdout.write(`The tests with ${path} are skipped: ${reason}.\n`);
  return undefined;
};

/** Every JSON file of a folder with its text, by name. */
export const readExamples = (folder: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(folder)
      .filter(name => name.endsWith('.json'))
      .map(name => [name, readFileSync(join(folder, name), 'utf8')]),
  );
