import { existsSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { sealFile } from '../../src/store/sealed-file.ts';
import { backUp } from '../../src/store/sqlite/back-up.ts';
import { keyIn, sqliteFile } from './sqlite-file.ts';

/**
 * Backs the store up, with a server running or not: `npm run backup -- TARGET [--key-file FILE]`. The target is there whole, or not at all.
 * @throws {Error} with a text for the operator
 */
export const runBackup = async (
  args: string[],
  environment: Readonly<Record<string, string | undefined>>,
  say: (text: string) => void,
): Promise<void> => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { 'key-file': { type: 'string' } },
  });
  const [target, ...more] = positionals;
  if (target === undefined || more.length > 0)
    throw new Error('Say where to: npm run backup -- kiungo-2026-11-24.backup');
  if (existsSync(target)) throw new Error(`${target} is there already. A backup overwrites nothing.`);
  const file = sqliteFile(environment);
  const key = keyIn(values['key-file']);
  const [copy, sealed] = [`${target}.copying`, `${target}.sealing`];
  try {
    await backUp(file, copy);
    if (key !== undefined) await sealFile(copy, sealed, key);
    await rename(key === undefined ? copy : sealed, target);
  } finally {
    await Promise.all([copy, sealed].map(each => rm(each, { force: true })));
  }
  const { size } = await stat(target);
  say(`${target}: ${size} bytes${key === undefined ? ', not encrypted' : ', encrypted'}, read through and whole.`);
};
