import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { demandTable, type Figures, queueTable, shardTable } from './scaling/scaling-tables.ts';

const ROOT = join(import.meta.dirname, '..');
const PLACE = /(<!-- made of bench\/results: (\w+) -->\n)[\s\S]*?(\n<!-- end -->)/g;

/** What the bench is held to: at least, or below. */
interface Goal {
  key: string;
  what: string;
  atLeast?: number;
  below?: number;
}

const GOALS: readonly Goal[] = [
  { key: 'post_claim_vs_floor', what: 'a claim against the floor, empty store', atLeast: 0.5 },
  { key: 'post_claim_vs_floor_1m', what: 'the same, a million resources stored', atLeast: 0.35 },
  {
    key: 'post_claim_adjudicate_vs_forward',
    what: 'a claim that is judged at once against one that is only entered',
    atLeast: 0.7,
  },
  {
    key: 'post_claim_subscribed_vs_forward',
    what: 'a claim that a subscriber is told of against one that nobody is',
    atLeast: 0.9,
  },
  { key: 'post_claim_secured_vs_open', what: 'a claim with token, rows and audit against one without', atLeast: 0.75 },
  { key: 'get_secured_vs_open', what: 'a read with token, rows and audit against one without', atLeast: 0.75 },
  { key: 'get_hot_vs_bare', what: 'a read from memory against a stored string', atLeast: 0.8 },
  { key: 'get_cold_vs_bare', what: 'a read from the store against it', atLeast: 0.4 },
  { key: 'import_vs_single', what: 'a claim of a load against one that is posted', atLeast: 1.5 },
  { key: 'search_patient_claims_p95_ms_1m', what: 'ms, the newest 20 claims of a patient, a million stored', below: 5 },
  { key: 'validate_claim_vs_parse', what: 'judging a claim against JSON.parse of it', below: 0.5 },
  { key: 'ready_ms', what: 'ms until ready', below: 1000 },
  { key: 'idle_rss_mb', what: 'MB resident when idle', below: 150 },
  { key: 'load_rss_mb', what: 'MB resident after the load', below: 256 },
  { key: 'load_rss_mb_1m', what: 'the same, a million resources stored', below: 256 },
  { key: 'disk_bytes_per_claim', what: 'bytes of disk for a claim, its answer, history and index', below: 4000 },
];

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const goalsTable = (figures: Figures): string =>
  [
    row('figure', 'what', 'goal', 'measured'),
    '|---|---|---|---|',
    ...GOALS.map(({ key, what, atLeast, below }) => {
      const goal = atLeast === undefined ? `below ${below!.toLocaleString('en')}` : `at least ${atLeast}`;
      return row(`\`${key}\``, what, goal, figures[key]?.toLocaleString('en', { maximumFractionDigits: 3 }) ?? '-');
    }),
  ].join('\n');

const workloadsTable = (figures: Figures): string =>
  [
    row('workload', 'CPU us', 'requests/s', 'p99 ms', 'blocked ms'),
    '|---|---|---|---|---|',
    ...Object.keys(figures)
      .filter(key => key.endsWith('_cpu_us') && figures[key.replace('_cpu_us', '_p99_ms')] !== undefined)
      .map(key => key.slice(0, -'_cpu_us'.length))
      .map(key =>
        row(
          `\`${key}\``,
          ...['cpu_us', 'per_s', 'p99_ms', 'blocked_ms'].map(
            part => figures[`${key}_${part}`]?.toLocaleString('en') ?? '-',
          ),
        ),
      ),
  ].join('\n');

/** Figures by the number of resources that were stored. */
type Growth = Readonly<Record<string, Figures>>;

const growthTable = (growth: Growth): string => {
  const sizes = Object.keys(growth);
  const keys = [...new Set(Object.values(growth).flatMap(Object.keys))].filter(
    key => !/^search_.*_(p50_ms|cpu_us)$/.test(key),
  );
  return [
    row('figure', ...sizes.map(size => `${Number(size).toLocaleString('en')} resources`)),
    `|---|${sizes.map(() => '---|').join('')}`,
    ...keys.map(key => row(`\`${key}\``, ...sizes.map(size => growth[size]![key]?.toLocaleString('en') ?? '-'))),
  ].join('\n');
};

const read = (name: string): unknown => JSON.parse(readFileSync(join(ROOT, 'bench/results', name), 'utf8'));

const PARTS: Record<string, (figures: Figures) => string> = {
  goals: goalsTable,
  workloads: workloadsTable,
  demand: demandTable,
  queue: queueTable,
  shards: shardTable,
  growth: () => growthTable(read('growth.json') as Growth),
};

/** The documents that show figures of the bench, made anew from `bench/results`: their paths from the root of the project, and their texts. */
export const buildFiguresDocuments = (): [path: string, text: string][] => {
  const figures = read('two-cores.json') as Figures;
  return ['docs/performance.md', 'docs/scaling.md'].map(path => [
    path,
    readFileSync(join(ROOT, path), 'utf8').replace(
      PLACE,
      (_whole, begin: string, name: string, end: string) => `${begin}\n${PARTS[name]!(figures)}\n${end}`,
    ),
  ]);
};
