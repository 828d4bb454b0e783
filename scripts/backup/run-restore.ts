import { existsSync } from 'node:fs';
import { copyFile, rename, rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { isSealed, openSealed } from '../../src/store/sealed-file.ts';
import { checkDatabase } from '../../src/store/sqlite/back-up.ts';
import { keyIn, sqliteFile } from './sqlite-file.ts';

/**
 * Makes the store anew from a backup: `npm run restore -- BACKUP [--key-file FILE]`, with `--check` only reads the backup through. A store that
 * is there is never overwritten.
 * @throws {Error} with a text for the operator
 */
export const runRestore = async (
  args: string[],
  environment: Readonly<Record<string, string | undefined>>,
  say: (text: string) => void,
): Promise<void> => {
  const options = { 'key-file': { type: 'string' }, check: { type: 'boolean', default: false } } as const;
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
  const [from, ...more] = positionals;
  if (from === undefined || more.length > 0)
    throw new Error('Say what from: npm run restore -- kiungo-2026-11-24.backup');
  if (!existsSync(from)) throw new Error(`There is no ${from}.`);
  const file = sqliteFile(environment);
  if (!values.check && [file, `${file}-wal`].some(existsSync)) {
    throw new Error(`${file} is there already. Move it away, with ${file}-wal, or name another in KIUNGO_STORE.`);
  }
  const key = keyIn(values['key-file']);
  const sealed = await isSealed(from);
  if (sealed && key === undefined) throw new Error(`${from} is encrypted. Name its key with --key-file.`);
  const copy = `${file}.restoring`;
  try {
    if (sealed) await openSealed(from, copy, key!);
    else await copyFile(from, copy);
    checkDatabase(copy);
    if (values.check) return say(`${from} is whole.`);
    await rename(copy, file);
  } finally {
    await rm(copy, { force: true });
  }
  say(`${file} is what ${from} was. Start the server.`);
};
