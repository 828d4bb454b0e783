import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { claimBody, PATIENTS } from './claim-body.ts';
import { type LoadRequest, load } from './load.ts';
import { startMeasured } from './measured-process.ts';
import { startSecured } from './secured-site.ts';
import type { Site } from './site.ts';
import { type Slice, soakFaults } from './soak-verdict.ts';

/**
 * Keeps a server busy that asks who is there and keeps the audit trail, and ends with 1 where requests fail, answers become slow or memory
 * grows: `npm run soak`, half an hour; `-- --minutes 0.2` as CI runs it. Growth is judged from five minutes on.
 */
const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    'most-mb': { type: 'string', default: '1024' },
    'most-ms': { type: 'string', default: '2000' },
  },
});
const seconds = Number(options.minutes) * 60;
const LEAST_FOR_GROWTH_S = 300;
/** Slices that are looked at, whatever the time: four quarters of so many. */
const SLICES = Math.max(4, Math.min(60, Math.round(seconds / 120) * 4));
/** Few enough for a machine of two cores to answer in good time. */
const CONNECTIONS = 16;
const PAGE = 20;

const folder = mkdtempSync(join(tmpdir(), 'kiungo-soak-'));
const store = `sqlite:${join(folder, 'soak.db')}`;
const MAIN = new URL('../src/main.ts', import.meta.url);
const SETTINGS = { KIUNGO_PORT: '0', KIUNGO_STORE: store, KIUNGO_CLAIM_MODE: 'forward' };

/** In turn: a new claim, an old one, a page of a patient's claims, the first page of all. */
const turnsOf = ({ base, claimIds, nextNumber, headers }: Site): (() => LoadRequest) => {
  let count = 0;
  const turns: readonly (() => LoadRequest)[] = [
    () => ({ method: 'POST', path: `${base}/Claim`, body: claimBody(nextNumber()) }),
    () => ({ method: 'GET', path: `${base}/Claim/${claimIds[(count * 7919) % claimIds.length]}` }),
    () => ({
      method: 'GET',
      path: `${base}/Claim?patient=Patient/bench-${count % PATIENTS}&_sort=-created&_count=${PAGE}`,
    }),
    () => ({ method: 'GET', path: `${base}/Claim?_count=${PAGE}` }),
  ];
  return () => ({ ...turns[count++ % turns.length]!(), headers: headers() });
};

const site = await startSecured(more => startMeasured(MAIN, '/ready', { ...SETTINGS, ...more }), { folder, store });
const next = turnsOf(site);
const slices: Slice[] = [];
for (let slice = 0; slice < SLICES; slice++) {
  const { failures, p99Ms, requests } = await load(site.origin, seconds / SLICES, next, undefined, CONNECTIONS);
  const { residentBytes } = await site.usage();
  slices.push({ residentBytes, p99Ms, failures });
  console.log(`${requests} requests, p99 ${p99Ms} ms, ${Math.round(residentBytes / 2 ** 20)} MB resident`);
}
await site.stop();
rmSync(folder, { recursive: true });

const faults = soakFaults(slices, {
  residentBytes: Number(options['most-mb']) * 2 ** 20,
  p99Ms: Number(options['most-ms']),
  judgesGrowth: seconds >= LEAST_FOR_GROWTH_S,
});
for (const fault of faults) console.error(fault);
console.log(faults.length === 0 ? 'The soak is within its bounds.' : 'The soak is out of bounds.');
process.exitCode = faults.length === 0 ? 0 : 1;
