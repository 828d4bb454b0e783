import { readFileSync } from 'node:fs';
import { readConfig } from '../../src/config.ts';
import { readSealingKey } from '../../src/store/sealed-file.ts';

/** The file of the store that `KIUNGO_STORE` names. @throws {Error} where it is no SQLite file */
export const sqliteFile = (environment: Readonly<Record<string, string | undefined>>): string => {
  const { store } = readConfig(environment);
  const file = /^sqlite:(.+)$/.exec(store)?.[1];
  if (file !== undefined && file !== ':memory:') return file;
  throw new Error('KIUNGO_STORE names no file. A MongoDB is backed up by its own tools: docs/deploy-mongodb.md.');
};

/** The key in a file, undefined where none is named. */
export const keyIn = (file: string | undefined): Buffer | undefined =>
  file === undefined ? undefined : readSealingKey(readFileSync(file, 'utf8'));
