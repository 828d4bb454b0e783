import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import scheme from '../scheme/demo.json' with { type: 'json' };
import { benchPatients, claimBody } from './claim-body.ts';

/** What a load into a store costs. */
export interface ImportFigures {
  /** CPU of a claim of a long load, the process's own, beginning and end of the program left out. */
  import_cpu_us: number;
  import_per_s: number;
  import_peak_rss_mb: number;
  /** What the database grows by for a claim and its answer, history and index included, once it is closed. */
  disk_bytes_per_claim: number;
}

const CLAIMS = 10_000;
const LOAD = fileURLToPath(new URL('../scripts/load.ts', import.meta.url));
const USAGE = new URL('./report-usage-at-exit.ts', import.meta.url).href;

const line = (resource: object): string => `${JSON.stringify(resource)}\n`;

/** A claim of the bench on one line, under an id. */
const claimLine = (index: number): string =>
  `${claimBody(index)
    .replace(/\n\s*/g, '')
    .replace('{', `{"id":"import-${String(index).padStart(6, '0')}",`)}\n`;

interface Run {
  cpuMicroseconds: number;
  peakBytes: number;
  seconds: number;
  diskBytes: number;
}

const run = (folder: string, store: string, files: readonly string[]): Run => {
  const usage = join(folder, 'usage.json');
  const database = join(folder, store);
  const started = performance.now();
  const report = join(folder, 'refused.ndjson');
  execFileSync(
    process.execPath,
    [
      '--wasm-wrapper-tiering-budget=2147483647',
      '--import',
      USAGE,
      LOAD,
      '--report',
      report,
      '--to',
      `sqlite:${database}`,
      ...files,
    ],
    { env: { ...process.env, USAGE_FILE: usage, KIUNGO_CLAIM_MODE: 'forward' }, stdio: 'ignore' },
  );
  const used = JSON.parse(readFileSync(usage, 'utf8')) as { cpuMicroseconds: number; peakBytes: number };
  return { ...used, seconds: (performance.now() - started) / 1000, diskBytes: statSync(database).size };
};

/** Loads the same claims as others post, once without and once with them, and tells the difference. */
export const measureImport = (folder: string): ImportFigures => {
  const files = ['people.ndjson', 'claims.ndjson'].map(name => join(folder, name)) as [string, string];
  writeFileSync(files[0], [...scheme.entry.map(({ resource }) => resource), ...benchPatients()].map(line).join(''));
  writeFileSync(files[1], Array.from({ length: CLAIMS }, (_none, index) => claimLine(index)).join(''));
  const people = run(folder, 'people.db', [files[0]]);
  const all = run(folder, 'claims.db', files);
  return {
    import_cpu_us: Number(((all.cpuMicroseconds - people.cpuMicroseconds) / CLAIMS).toFixed(1)),
    import_per_s: Math.round(CLAIMS / (all.seconds - people.seconds)),
    import_peak_rss_mb: Number((all.peakBytes / 2 ** 20).toFixed(1)),
    disk_bytes_per_claim: Math.round((all.diskBytes - people.diskBytes) / CLAIMS),
  };
};
