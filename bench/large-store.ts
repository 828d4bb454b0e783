import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** So many insurees, with their families, policies, claims and answers over three years, are a million resources. */
const INSUREES = 68_000;

const GENERATE = fileURLToPath(new URL('../scripts/generate.ts', import.meta.url));

/** Fills a database with a million resources, unless it is there already. Takes some minutes and some gigabytes. */
export const fillLargeStore = (database: string): void => {
  if (existsSync(database)) return;
  execFileSync(
    process.execPath,
    [
      '--wasm-wrapper-tiering-budget=2147483647',
      GENERATE,
      ...['--insurees', String(INSUREES)],
      ...['--store', `sqlite:${database}`],
    ],
    { env: { ...process.env, KIUNGO_CLAIM_MODE: 'forward' }, stdio: 'inherit' },
  );
};
