import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Resources that come with an insuree: families, policies, and three years of claims and their answers. */
const RESOURCES_PER_INSUREE = 14.7;

const GENERATE = fileURLToPath(new URL('../scripts/generate.ts', import.meta.url));

/** Fills a database with so many resources, more or less, unless it is there already. A million take some minutes and some gigabytes. */
export const fillStore = (database: string, resources: number): void => {
  if (existsSync(database)) return;
  execFileSync(
    process.execPath,
    [
      '--wasm-wrapper-tiering-budget=2147483647',
      GENERATE,
      ...['--insurees', String(Math.round(resources / RESOURCES_PER_INSUREE))],
      ...['--store', `sqlite:${database}`],
    ],
    { env: { ...process.env, KIUNGO_CLAIM_MODE: 'forward' }, stdio: 'inherit' },
  );
};
