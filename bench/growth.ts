import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fillStore } from './fill-store.ts';
import { load } from './load.ts';
import { measureSearches } from './measure-searches.ts';
import { startMeasured } from './measured-process.ts';
import { createSite, enrol, type Site } from './site.ts';
import type { Requests } from './workload.ts';
import { getClaim } from './workloads/get-claim.ts';
import { postClaim } from './workloads/post-claim.ts';

/**
 * Measures what becomes dearer as a store grows: fills one of each size, from a made-up scheme, and measures a claim, a read and the
 * searches on it. `docs/performance.md` shows the figures.
 */
const { values: options } = parseArgs({
  options: {
    sizes: { type: 'string', default: '10000,100000,1000000' },
    seconds: { type: 'string', default: '5' },
    json: { type: 'string' },
    keep: { type: 'string' },
  },
});
const seconds = Number(options.seconds);
const temporary = mkdtempSync(join(tmpdir(), 'kiungo-growth-'));

/** CPU microseconds of a request, once the server is warm. */
const cpuOf = async (site: Site, { next, onAnswer }: Requests): Promise<number> => {
  await load(site.origin, seconds, next, onAnswer);
  const before = await site.usage();
  const { requests, failures } = await load(site.origin, seconds, next, onAnswer);
  if (failures > 0) throw new Error(`${failures} requests failed`);
  const after = await site.usage();
  return Number(((after.cpuMicroseconds - before.cpuMicroseconds) / requests).toFixed(1));
};

const measureSize = async (resources: number): Promise<Record<string, number>> => {
  const database = join(options.keep ?? temporary, `growth-${resources}.db`);
  fillStore(database, resources);
  const diskBytes = statSync(database).size;
  const server = await startMeasured('../src/main.ts', '/ready', {
    KIUNGO_PORT: '0',
    KIUNGO_STORE: `sqlite:${database}`,
    KIUNGO_CLAIM_MODE: 'forward',
  });
  const site = createSite(server, { firstNumber: Math.floor(Date.now() / 1000) * 100_000 });
  const searches = await measureSearches(server, '');
  await enrol(site);
  const workload = (key: string): Requests => [...postClaim, ...getClaim].find(one => one.key === key)!.start(site);
  const figures = {
    disk_bytes_per_resource: Math.round(diskBytes / resources),
    post_claim_cpu_us: await cpuOf(site, workload('post_claim')),
    get_cold_cpu_us: await cpuOf(site, workload('get_cold')),
    ...searches,
    rss_mb: Math.round((await site.usage()).residentBytes / 2 ** 20),
  };
  await site.stop();
  return figures;
};

const growth: Record<string, Record<string, number>> = {};
for (const size of options.sizes.split(',')) {
  growth[size] = await measureSize(Number(size));
  console.log(`${Number(size).toLocaleString('en')} resources`);
  console.table(growth[size]);
}
rmSync(temporary, { recursive: true });
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(growth, undefined, 2)}\n`);
