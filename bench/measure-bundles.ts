import { claimBody } from './claim-body.ts';
import { type LoadRequest, load } from './load.ts';
import type { MeasuredProcess } from './measured-process.ts';
import { median } from './median.ts';

/** Entries of the transactions whose cost is compared with that of single creates. */
const ENTRIES = 100;
/** So many of them at a time: what is in flight when a round ends is not counted. */
const CONNECTIONS = 4;
const ROUNDS = 3;
/** Entries of the transaction during which reads are timed. */
const LARGE_ENTRIES = 5000;
/** How often a read beside it is begun. */
const READ_EVERY_MS = 5;

/** What transactions cost. */
export interface BundleFigures {
  /** CPU of a Claim in a transaction of a hundred, against that of one that is sent by itself to the same store. */
  bundle_cpu_vs_single: number;
  bundle_cpu_us: number;
  /** Claims imported, a second. */
  bundle_per_s: number;
  /** What a transaction of 5,000 claims takes. */
  large_transaction_s: number;
  get_p99_ms_during_transaction: number;
}

/** Gives the numbers of claims that nobody has sent yet. */
type NextNumber = () => number;

const round1 = (value: number): number => Math.round(value * 10) / 10;

const claimBundle = (count: number, next: NextNumber): string => {
  const entry = (): string => `{"resource":${claimBody(next())},"request":{"method":"POST","url":"Claim"}}`;
  return `{"resourceType":"Bundle","type":"transaction","entry":[${Array.from({ length: count }, entry).join(',')}]}`;
};

/** CPU microseconds for a claim, and claims a second, of requests that store `claims` each. */
const measureLoad = async (
  server: Pick<MeasuredProcess, 'origin' | 'usage'>,
  seconds: number,
  next: () => LoadRequest,
  { claims, connections }: { claims: number; connections?: number },
): Promise<{ cpu: number; perSecond: number }> => {
  const before = await server.usage();
  const result = await load(server.origin, seconds, next, undefined, connections);
  const after = await server.usage();
  if (result.failures > 0) throw new Error(`${result.failures} requests failed`);
  const done = result.requests * claims;
  return { cpu: (after.cpuMicroseconds - before.cpuMicroseconds) / done, perSecond: done / result.seconds };
};

/** Sends a large transaction and meanwhile begins a read every few milliseconds, whether the one before was answered or not. */
const measureLarge = async (origin: string, body: Buffer, path: string): Promise<{ seconds: number; p99: number }> => {
  const started = performance.now();
  let isDone = false;
  const transaction = fetch(`${origin}/fhir`, {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+json', prefer: 'return=minimal' },
    body,
  }).then(async answer => {
    const text = await answer.text();
    if (!answer.ok) throw new Error(`Transaction: ${answer.status} ${text.slice(0, 1000)}`);
    isDone = true;
  });
  const times: number[] = [];
  const read = async (): Promise<void> => {
    const asked = performance.now();
    const answer = await fetch(origin + path);
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    times.push(performance.now() - asked);
  };
  const reads: Promise<void>[] = [];
  while (!isDone) {
    reads.push(read());
    await new Promise(resolve => setTimeout(resolve, READ_EVERY_MS));
  }
  await Promise.all([transaction, ...reads]);
  times.sort((a, b) => a - b);
  return { seconds: (performance.now() - started) / 1000, p99: times[Math.ceil(times.length * 0.99) - 1]! };
};

/**
 * Measures transactions of claims beside single creates on the same store, and reads beside a large one.
 * @param next gives numbers of claims that nobody has sent yet
 * @param path of a stored resource
 */
export const measureBundles = async (
  server: Pick<MeasuredProcess, 'origin' | 'usage'>,
  { seconds, next, path }: { seconds: number; next: NextNumber; path: string },
): Promise<BundleFigures> => {
  const single = (): LoadRequest => ({ method: 'POST', path: '/fhir/Claim', body: claimBody(next()) });
  const bundle = (): LoadRequest => ({ method: 'POST', path: '/fhir', body: claimBundle(ENTRIES, next) });
  const singles: number[] = [];
  const bundles: { cpu: number; perSecond: number }[] = [];
  await measureLoad(server, seconds, bundle, { claims: ENTRIES, connections: CONNECTIONS });
  for (let round = 0; round < ROUNDS; round++) {
    singles.push((await measureLoad(server, seconds, single, { claims: 1 })).cpu);
    bundles.push(await measureLoad(server, seconds, bundle, { claims: ENTRIES, connections: CONNECTIONS }));
  }
  const large = await measureLarge(server.origin, Buffer.from(claimBundle(LARGE_ENTRIES, next)), path);
  const bundleCpu = median(bundles.map(({ cpu }) => cpu));
  return {
    bundle_cpu_vs_single: Math.round((bundleCpu / median(singles)) * 1000) / 1000,
    bundle_cpu_us: round1(bundleCpu),
    bundle_per_s: Math.round(median(bundles.map(({ perSecond }) => perSecond))),
    large_transaction_s: round1(large.seconds),
    get_p99_ms_during_transaction: round1(large.p99),
  };
};
