import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** So many insurees, with their families, policies, claims and answers over three years, are a million resources, or ten thousand. */
export const INSUREES = { large: 68_000, small: 980 } as const;

const GENERATE = fileURLToPath(new URL('../scripts/generate.ts', import.meta.url));

/** Fills a database, unless it is there already. A million resources take some minutes and some gigabytes. */
export const fillLargeStore = (database: string, size: keyof typeof INSUREES): void => {
  if (existsSync(database)) return;
  execFileSync(
    process.execPath,
    [
      '--wasm-wrapper-tiering-budget=2147483647',
      GENERATE,
      ...['--insurees', String(INSUREES[size])],
      ...['--store', `sqlite:${database}`],
    ],
    { env: { ...process.env, KIUNGO_CLAIM_MODE: 'forward' }, stdio: 'inherit' },
  );
};
