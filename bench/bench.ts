import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { figuresOf, tableOf } from './figures.ts';
import { fillStore } from './fill-store.ts';
import { measureBundles } from './measure-bundles.ts';
import { measureImport } from './measure-import.ts';
import { measureSearches } from './measure-searches.ts';
import { measureValidation } from './measure-validation.ts';
import { type MeasuredProcess, startMeasured } from './measured-process.ts';
import { layOutRevision } from './revision.ts';
import { runRounds } from './run-rounds.ts';
import { startSecured } from './secured-site.ts';
import { createSite, enrol, type Site } from './site.ts';
import { SUBSCRIBER_HOST } from './subscribe.ts';
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
    store: { type: 'string' },
    large: { type: 'boolean' },
    'large-store': { type: 'string' },
  },
});
const seconds = Number(options.seconds);
const rounds = Number(options.rounds);
const only = options.only?.split(',');
const chosen = workloads.filter(({ key }) => only === undefined || only.includes(key));

const folder = mkdtempSync(join(tmpdir(), 'kiungo-bench-'));
const MAIN = new URL('../src/main.ts', import.meta.url);

/** The first start of a revision compiles its code and keeps it; what is measured is every start after that. */
const startKiungo = async (main: URL, store: string, more: Record<string, string> = {}): Promise<MeasuredProcess> => {
  const start = (of: string) =>
    startMeasured(main, '/ready', { KIUNGO_PORT: '0', KIUNGO_STORE: of, KIUNGO_CLAIM_MODE: 'forward', ...more });
  await (await start('sqlite::memory:')).stop();
  return start(store);
};
const storeIn = (file: string): string => `sqlite:${join(folder, file)}`;
/** Claims of an earlier run on the same store must not be met again. */
const newNumber = (): number => Math.floor(Date.now() / 1000) * 100_000;

const validation = only === undefined ? measureValidation() : undefined;
const imported = only === undefined ? measureImport(folder) : undefined;
const floor = createSite(await startMeasured('./floor-server.ts', '/bare'), { base: '' });
const server = await startKiungo(MAIN, options.store ?? storeIn('bench.db'));
const { residentBytes: idleBytes } = await server.usage();
const kiungo = createSite(server, options.store === undefined ? {} : { firstNumber: newNumber() });
const compared: Site[] = [];
if (options.compare !== undefined) {
  const main = layOutRevision(options.compare, join(folder, 'revision'));
  compared.push(createSite(await startKiungo(main, storeIn('compared.db')), { name: 'compared' }));
}
if (options.target !== undefined) {
  const pid = options['target-pid'];
  compared.push(
    targetSite(options.target, { pid: pid === undefined ? undefined : Number(pid), firstNumber: newNumber() }),
  );
}
const isSubscribed = chosen.some(({ site }) => site === 'subscribed');
const trusting = { KIUNGO_TRUSTED_HOSTS: SUBSCRIBER_HOST };
const subscribed = isSubscribed ? [createSite(await startKiungo(MAIN, storeIn('subscribed.db'), trusting))] : [];
const isSecured = chosen.some(({ site }) => site === 'secured');
const securedStore = storeIn('secured.db');
const secured = isSecured
  ? [await startSecured(more => startKiungo(MAIN, securedStore, more), { folder, store: securedStore })]
  : [];
let large: Site | undefined;
if (options.large || options['large-store'] !== undefined) {
  const database = options['large-store'] ?? join(folder, 'large.db');
  fillStore(database, 1_000_000);
  large = createSite(await startKiungo(MAIN, `sqlite:${database}`), { firstNumber: newNumber() });
}
const sites = new Map<SiteName, readonly Site[]>([
  ['floor', [floor]],
  ['kiungo', [kiungo, ...compared]],
  ['subscribed', subscribed],
  ['secured', secured],
  ['large', large === undefined ? [] : [large]],
]);
const running = [...sites.values()].flat();
for (const site of running) if (site !== floor && !secured.includes(site)) await enrol(site);
for (const { site: name, enrol: prepare } of chosen) for (const site of sites.get(name) ?? []) await prepare?.(site);

const searches: Record<string, number> = {};
if (only === undefined || only.includes('searches')) {
  const database = join(folder, 'small.db');
  fillStore(database, 10_000);
  const small = await startKiungo(MAIN, `sqlite:${database}`);
  Object.assign(searches, await measureSearches(small, ''));
  await small.stop();
  if (large !== undefined) Object.assign(searches, await measureSearches(large, '_1m'));
}

const measured = await runRounds(chosen, sites, { rounds, seconds });
const { residentBytes: loadBytes } = await kiungo.usage();
const largeBytes = large === undefined ? undefined : (await large.usage()).residentBytes;
const bundles =
  only === undefined
    ? await measureBundles(kiungo, { seconds, next: kiungo.nextNumber, path: `/fhir/Claim/${kiungo.claimIds.at(-1)}` })
    : undefined;
await Promise.all(running.map(({ stop }) => stop()));
rmSync(folder, { recursive: true });

const megabytes = (bytes: number): number => Number((bytes / 2 ** 20).toFixed(1));
const figures: Record<string, number> = {
  ready_ms: Math.round(server.readyMs),
  idle_rss_mb: megabytes(idleBytes),
  load_rss_mb: megabytes(loadBytes),
  ...(largeBytes === undefined ? {} : { load_rss_mb_1m: megabytes(largeBytes) }),
  ...validation,
  ...bundles,
  ...imported,
  ...searches,
  ...figuresOf(measured),
};
if (imported !== undefined) {
  figures.import_vs_single = Number((figures.post_claim_cpu_us! / imported.import_cpu_us).toFixed(3));
}

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
if (imported !== undefined) {
  console.log(
    `a load into a store takes ${imported.import_cpu_us} us of CPU for a claim, ${figures.import_vs_single} times less than a single create, ` +
      `${imported.import_per_s} claims/s; a claim takes ${imported.disk_bytes_per_claim} bytes of disk, its answer, history and index included\n`,
  );
}
for (const [key, value] of Object.entries(searches)) console.log(`${key.padEnd(52)}${value}`);
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(figures, undefined, 2)}\n`);
