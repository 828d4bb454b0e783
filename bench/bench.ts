import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { figuresOf, tableOf } from './figures.ts';
import { measureBundles } from './measure-bundles.ts';
import { measureValidation } from './measure-validation.ts';
import { type MeasuredProcess, startMeasured } from './measured-process.ts';
import { layOutRevision } from './revision.ts';
import { runRounds } from './run-rounds.ts';
import { createSite, enrol, type Site } from './site.ts';
import { targetSite } from './target.ts';
import type { SiteName } from './workload.ts';
import { workloads } from './workloads.ts';

/**
 * Measures the server against bare Fastify in one run. CPU time per request is the whole server process's own, threads included;
 * throughput shares the machine with the load generator. `docs/performance.md` explains the options and the figures.
 */
const { values: options } = parseArgs({
  options: {
    json: { type: 'string' },
    seconds: { type: 'string', default: '1.5' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
    compare: { type: 'string' },
    target: { type: 'string' },
    'target-pid': { type: 'string' },
  },
});
const seconds = Number(options.seconds);
const rounds = Number(options.rounds);
const only = options.only?.split(',');
const chosen = workloads.filter(({ key }) => only === undefined || only.includes(key));

const folder = mkdtempSync(join(tmpdir(), 'kiungo-bench-'));
const MAIN = new URL('../src/main.ts', import.meta.url);

/** The first start of a revision compiles its code and keeps it; what is measured is every start after that. */
const startKiungo = async (main: URL, file: string): Promise<MeasuredProcess> => {
  const start = (store: string) =>
    startMeasured(main, '/ready', { KIUNGO_PORT: '0', KIUNGO_STORE: store, KIUNGO_CLAIM_MODE: 'forward' });
  await (await start('sqlite::memory:')).stop();
  return start(`sqlite:${join(folder, file)}`);
};

const validation = only === undefined ? measureValidation() : undefined;
const floor = createSite(await startMeasured('./floor-server.ts', '/bare'), { base: '' });
const server = await startKiungo(MAIN, 'bench.db');
const { residentBytes: idleBytes } = await server.usage();
const kiungo = createSite(server);
const compared: Site[] = [];
if (options.compare !== undefined) {
  const main = layOutRevision(options.compare, join(folder, 'revision'));
  compared.push(createSite(await startKiungo(main, 'compared.db'), { name: 'compared' }));
}
if (options.target !== undefined) {
  const pid = options['target-pid'];
  compared.push(targetSite(options.target, pid === undefined ? undefined : Number(pid)));
}
const sites = new Map<SiteName, readonly Site[]>([
  ['floor', [floor]],
  ['kiungo', [kiungo, ...compared]],
]);
for (const site of [kiungo, ...compared]) await enrol(site);

const measured = await runRounds(chosen, sites, { rounds, seconds });
const { residentBytes: loadBytes } = await kiungo.usage();
const bundles =
  only === undefined
    ? await measureBundles(kiungo, { seconds, next: kiungo.nextNumber, path: `/fhir/Claim/${kiungo.claimIds.at(-1)}` })
    : undefined;
await Promise.all([floor, kiungo, ...compared].map(({ stop }) => stop()));
rmSync(folder, { recursive: true });

const megabytes = (bytes: number): number => Number((bytes / 2 ** 20).toFixed(1));
const figures: Record<string, number> = {
  ready_ms: Math.round(server.readyMs),
  idle_rss_mb: megabytes(idleBytes),
  load_rss_mb: megabytes(loadBytes),
  ...validation,
  ...bundles,
  ...figuresOf(measured),
};

console.log(`\n${cpus().length} cores, Node ${process.version}, medians of ${rounds} rounds of ${seconds} s\n`);
console.log(tableOf(measured));
console.log(
  `\nready after ${figures.ready_ms} ms, ${figures.idle_rss_mb} MB resident when idle, ${figures.load_rss_mb} MB after the load\n`,
);
if (validation !== undefined) {
  console.log(
    `a claim is judged by R4 and both profiles in ${validation.validate_claim_us} us, ${validation.validate_claim_vs_parse} of the time of ` +
      `JSON.parse; a type is first used in at most ${validation.validate_first_use_ms_max} ms\n`,
  );
}
if (bundles !== undefined) {
  console.log(
    `transactions of 100 claims import ${bundles.bundle_per_s} claims/s at ${bundles.bundle_cpu_us} us of CPU each, ` +
      `${bundles.bundle_cpu_vs_single} of a single create; one of 5,000 takes ${bundles.large_transaction_s} s, ` +
      `and 99 of 100 reads meanwhile at most ${bundles.get_p99_ms_during_transaction} ms\n`,
  );
}
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(figures, undefined, 2)}\n`);
