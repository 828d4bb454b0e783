import { demand, NATION } from './nation.ts';
import { type QueueLoad, type QueueServer, simulateQueue } from './queue.ts';

/** Figures of the bench by their keys. */
export type Figures = Readonly<Record<string, number>>;

/** Of the CPU of a claim: what the main thread takes before and after the commit; the writer takes the rest. By profiles of the bench. */
const JUDGE_SHARE = 0.5;
const ANSWER_SHARE = 0.08;
/** A commit to a disk that keeps what it has said is kept, in milliseconds: cheap ones are ten times slower than good ones. */
const COMMIT_MS = 2;
/** Rows of the index for a claim and its answer; some thousand claims are folded in at a time. */
const INDEX_ROWS = 23;
const FOLD_CLAIMS = 1087;
const FOLD_MS = 15;
const PAGE_BYTES = 4096;
/** Bytes that a copy of a database reads and writes a second, from one machine to another. */
const COPY_BYTES = 150e6;
/** Seconds simulated. */
const SIMULATED = 60;

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), `|${head.map(() => '---|').join('')}`, ...rows.map(row)].join('\n');

const whole = (value: number): string => Math.round(value).toLocaleString('en');
/** Two figures that count. */
const rough = (value: number): string => Number(value.toPrecision(2)).toLocaleString('en');
const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** A server as it was measured. */
const serverOf = (figures: Figures): QueueServer => {
  const claimMs = figures.post_claim_cpu_us! / 1000;
  return {
    judgeMs: claimMs * JUDGE_SHARE,
    answerMs: claimMs * ANSWER_SHARE,
    readMs: figures.get_cold_cpu_us! / 1000,
    writeMs: claimMs * (1 - JUDGE_SHARE - ANSWER_SHARE),
    commitMs: COMMIT_MS,
    foldClaims: FOLD_CLAIMS,
    foldMs: FOLD_MS,
  };
};

const loadOf = (claims: number): QueueLoad => ({ claims, reads: claims * NATION.readsPerClaim });

/** How many claims come, and when. */
export const demandTable = (): string => {
  const { mean, peak, afterOutage } = demand();
  return table(
    ['', 'claims a second', 'requests a second'],
    [
      ['mean over the year', mean],
      ['busiest hour of the busiest day', peak],
      [
        `the same, when ${percent(NATION.offlineShare)} of the facilities send ${NATION.offlineDays} days at once`,
        afterOutage,
      ],
    ].map(([what, claims]) => [
      what as string,
      rough(claims as number),
      rough((claims as number) * (1 + NATION.readsPerClaim)),
    ]),
  );
};

/** One server under that load and multiples of it: simulated from measured CPU times. */
export const queueTable = (figures: Figures): string => {
  const server = serverOf(figures);
  const { peak, afterOutage } = demand();
  const most = 1000 / (server.judgeMs + server.answerMs + NATION.readsPerClaim * server.readMs);
  const loads: [string, number][] = [
    ['the country in its busiest hour', peak],
    ['the same after an outage', afterOutage],
    ...[0.5, 0.7, 0.9].map((share): [string, number] => [
      `${percent(share)} of what the main thread can do`,
      most * share,
    ]),
  ];
  return table(
    ['load', 'claims a second', 'main thread', 'writer', 'half answered in', '99 % in', 'largest batch'],
    loads.map(([what, claims]) => {
      const { p50Ms, p99Ms, mainBusy, writerBusy, largestBatch } = simulateQueue(server, loadOf(claims), SIMULATED);
      return [
        what,
        rough(claims),
        percent(mainBusy),
        percent(writerBusy),
        `${rough(p50Ms)} ms`,
        `${rough(p99Ms)} ms`,
        String(largestBatch),
      ];
    }),
  );
};

const days = (seconds: number): string =>
  seconds < 3600 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;

/** What a year of claims takes when the country is one database, or several. */
export const shardTable = (figures: Figures): string => {
  const { claimsPerYear, insured } = NATION;
  const { peak } = demand();
  return table(
    [
      'databases',
      'insured each',
      'claims a second, busiest hour',
      'growth a year',
      'after five years',
      'copied in',
      'index pages touched a second',
    ],
    [1, 5, 12, 30].map(shards => {
      const bytes = (claimsPerYear / shards) * figures.disk_bytes_per_claim!;
      return [
        String(shards),
        whole(insured / shards),
        rough(peak / shards),
        `${rough(bytes / 1e9)} GB`,
        `${rough((5 * bytes) / 1e9)} GB`,
        days((5 * bytes) / COPY_BYTES),
        // Each row in a page of its own, which is the worst: in a small database many share one.
        `${rough((peak / shards) * INDEX_ROWS)} (${rough(((peak / shards) * INDEX_ROWS * PAGE_BYTES) / 1e6)} MB)`,
      ];
    }),
  );
};
