import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import scheme from '../scheme/demo.json' with { type: 'json' };
import { benchPatients, claimBody } from './claim-body.ts';
import { type LoadRequest, load } from './load.ts';
import { measureBundles } from './measure-bundles.ts';
import { measureValidation } from './measure-validation.ts';
import { type MeasuredProcess, startMeasured } from './measured-process.ts';

/**
 * Measures the server against bare Fastify in one run, interleaved, so that a noisy machine is noisy for all. CPU time per request
 * is the whole server process's own, threads included; throughput shares the machine with the load generator.
 */
const { values: options } = parseArgs({
  options: {
    json: { type: 'string' },
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
  },
});
const seconds = Number(options.seconds);
const rounds = Number(options.rounds);

interface Workload {
  key: string;
  label: string;
  server: MeasuredProcess;
  next(): LoadRequest;
  onBody?(body: string, headers: Record<string, string>): void;
  cpuMicroseconds: number[];
  perSecond: number[];
}

const median = (figures: readonly number[]): number =>
  [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)]!;

const put = async (origin: string, resource: { resourceType: string; id: string }): Promise<void> => {
  const answer = await fetch(`${origin}/fhir/${resource.resourceType}/${resource.id}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/fhir+json', prefer: 'return=OperationOutcome' },
    body: JSON.stringify(resource),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${resource.resourceType}/${resource.id}: ${answer.status} ${text}`);
};

const validation = measureValidation();
const folder = mkdtempSync(join(tmpdir(), 'kiungo-bench-'));
const floor = await startMeasured('./floor-server.ts', '/bare');
const startKiungo = (store: string): Promise<MeasuredProcess> =>
  startMeasured('../src/main.ts', '/ready', { KIUNGO_PORT: '0', KIUNGO_STORE: store, KIUNGO_CLAIM_MODE: 'forward' });

// The first start of a revision compiles its code and keeps it; what is measured is every start after that.
await (await startKiungo('sqlite::memory:')).stop();
const kiungo = await startKiungo(`sqlite:${join(folder, 'bench.db')}`);
const { residentBytes: idleBytes } = await kiungo.usage();

for (const { resource } of scheme.entry) await put(kiungo.origin, resource);
const patients = benchPatients();
for (let from = 0; from < patients.length; from += 50) {
  // A Coverage refers to its Patient, which stands before it.
  const some = patients.slice(from, from + 50);
  for (const type of ['Patient', 'Coverage']) {
    await Promise.all(
      some.filter(({ resourceType }) => resourceType === type).map(resource => put(kiungo.origin, resource)),
    );
  }
}

const claimIds: string[] = [];
let claims = 0;
let floorClaims = 0;
let hot = 0;
let cold = 0;
const HOT_IDS = 100;
/** The first round is not counted and so much longer: a server's code is compiled, and compiled again, while it runs. */
const WARM_UP = 3;

const workloads: Workload[] = [
  {
    key: 'floor',
    label: 'floor: bare POST, parsed, durable grouped insert',
    server: floor,
    next: () => ({ method: 'POST' as const, path: '/floor', body: claimBody(floorClaims++) }),
  },
  {
    key: 'post_claim',
    label: 'POST Claim: validated, indexed, answered, durable',
    server: kiungo,
    next: () => ({ method: 'POST' as const, path: '/fhir/Claim', body: claimBody(claims++) }),
    onBody: (_body: string, headers: Record<string, string>) => {
      const id = /Claim\/([^/]+)\//.exec(headers.location ?? headers.Location ?? '')?.[1];
      if (id !== undefined) claimIds.push(id);
    },
  },
  {
    key: 'bare',
    label: 'bare GET of a stored string',
    server: floor,
    next: () => ({ method: 'GET' as const, path: '/bare' }),
  },
  {
    key: 'get_hot',
    label: 'GET Claim by id, read before',
    server: kiungo,
    next: () => ({ method: 'GET' as const, path: `/fhir/Claim/${claimIds.at(-1 - (hot++ % HOT_IDS))}` }),
  },
  {
    key: 'get_cold',
    label: 'GET Claim by id, not in memory',
    server: kiungo,
    next: () => ({ method: 'GET' as const, path: `/fhir/Claim/${claimIds[cold++ % claimIds.length]}` }),
  },
].map(workload => ({ ...workload, cpuMicroseconds: [], perSecond: [] }));

for (let round = 0; round <= rounds; round++) {
  for (const workload of workloads) {
    const before = await workload.server.usage();
    const duration = round === 0 ? WARM_UP * seconds : seconds;
    const result = await load(workload.server.origin, duration, workload.next, workload.onBody);
    const after = await workload.server.usage();
    if (result.failures > 0) throw new Error(`${workload.label}: ${result.failures} requests failed`);
    if (round === 0) continue;
    workload.cpuMicroseconds.push((after.cpuMicroseconds - before.cpuMicroseconds) / result.requests);
    workload.perSecond.push(result.requests / result.seconds);
  }
}
const { residentBytes: loadBytes } = await kiungo.usage();
const bundles = await measureBundles(kiungo, { seconds, first: claims, path: `/fhir/Claim/${claimIds.at(-1)}` });
await Promise.all([kiungo.stop(), floor.stop()]);
rmSync(folder, { recursive: true });

const cpu = Object.fromEntries(workloads.map(({ key, cpuMicroseconds }) => [key, median(cpuMicroseconds)]));
const round1 = (value: number): number => Math.round(value * 10) / 10;
const ratio = (over: string, under: string): number => Math.round((cpu[over]! / cpu[under]!) * 1000) / 1000;

const figures: Record<string, number> = {
  post_claim_vs_floor: ratio('floor', 'post_claim'),
  get_hot_vs_bare: ratio('bare', 'get_hot'),
  get_cold_vs_bare: ratio('bare', 'get_cold'),
  ready_ms: Math.round(kiungo.readyMs),
  idle_rss_mb: round1(idleBytes / 2 ** 20),
  load_rss_mb: round1(loadBytes / 2 ** 20),
  ...validation,
  ...bundles,
};
for (const { key, cpuMicroseconds, perSecond } of workloads) {
  figures[`${key}_cpu_us`] = round1(median(cpuMicroseconds));
  figures[`${key}_per_s`] = Math.round(median(perSecond));
}

const REFERENCE: Record<string, string> = { post_claim: 'floor', get_hot: 'bare', get_cold: 'bare' };
console.log(
  `\n${cpus().length} cores, Node ${process.version}, medians of ${rounds} rounds of ${seconds} s, ${claims} claims stored\n`,
);
console.log(`${'workload'.padEnd(52)}${'requests/s'.padStart(11)}${'CPU us'.padStart(9)}${'by CPU'.padStart(18)}`);
for (const { key, label, perSecond } of workloads) {
  const under = REFERENCE[key];
  const against = under === undefined ? '' : `${ratio(under, key).toFixed(2)} of ${under}`;
  console.log(
    `${label.padEnd(52)}${Math.round(median(perSecond)).toString().padStart(11)}${cpu[key]!.toFixed(1).padStart(9)}${against.padStart(18)}`,
  );
}
console.log(
  `\nready after ${figures.ready_ms} ms, ${figures.idle_rss_mb} MB resident when idle, ${figures.load_rss_mb} MB after the load\n`,
);
console.log(
  `a claim is judged by R4 and both profiles in ${validation.validate_claim_us} us, ${validation.validate_claim_vs_parse} of the time of ` +
    `JSON.parse; a type is first used in at most ${validation.validate_first_use_ms_max} ms\n`,
);
console.log(
  `transactions of 100 claims import ${bundles.bundle_per_s} claims/s at ${bundles.bundle_cpu_us} us of CPU each, ` +
    `${bundles.bundle_cpu_vs_single} of a single create; one of 5,000 takes ${bundles.large_transaction_s} s, ` +
    `and 99 of 100 reads meanwhile at most ${bundles.get_p99_ms_during_transaction} ms\n`,
);
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(figures, undefined, 2)}\n`);
