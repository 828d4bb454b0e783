import { parseArgs } from 'node:util';
import { readConfig } from '../../src/config.ts';
import { reseal } from '../../src/store/sqlite/reseal.ts';
import { readStoreKeys } from '../../src/store/store-keys.ts';
import { sqliteFile } from '../backup/sqlite-file.ts';

/** Rows between two lines of progress. */
const TOLD_EVERY = 100_000;

/**
 * Encrypts all of the store with the first of its keys, with a server running or not: `npm run reencrypt`; `-- --clear` decrypts it, without a server.
 * @throws {Error} with a text for the operator
 */
export const runReencrypt = async (
  args: string[],
  environment: Readonly<Record<string, string | undefined>>,
  say: (text: string) => void,
): Promise<void> => {
  const { values } = parseArgs({ args, options: { clear: { type: 'boolean', default: false } } });
  const file = sqliteFile(environment);
  const keys = readStoreKeys(readConfig(environment).storeKeys);
  if (keys.length === 0) throw new Error('Name the keys of the store in KIUNGO_STORE_KEYS (docs/security.md#at-rest).');
  let told = TOLD_EVERY;
  const tell = (rows: number): void => {
    if (rows < told) return;
    say(`${rows} rows`);
    told = rows + TOLD_EVERY;
  };
  const rows = await reseal(file, keys, { inClear: values.clear, tell });
  if (values.clear)
    say(`${rows} rows were decrypted. Take KIUNGO_STORE_KEYS out of the settings before the next start.`);
  else say(`${rows} rows were encrypted with the key "${keys[0]!.id}"; no other key is needed any more.`);
};
