import { parseArgs } from 'node:util';
import { planScheme } from './generate/plan.ts';
import { type SchemeFile, schemeFiles } from './generate/scheme-files.ts';
import { writeFiles } from './generate/write-files.ts';
import { openDestination } from './load/open-destination.ts';
import type { LoadEntry } from './load/read-entries.ts';
import { runLoad } from './load/run-load.ts';

const USAGE = `npm run generate -- --insurees N [--out FOLDER | --store STORE|URL] [options]

Makes up a health insurance scheme: places, facilities, officers, products, prices, families, policies and claims.
  --insurees         people in it
  --seed             the same seed makes the same scheme, byte for byte (default 1)
  --claims-per-year  claims of an insuree in a year, on average (default 1.7)
  --years            for how many years there are claims (default 3)
  --until            the last day of claims (default 2026-10-31)
  --out              folder for NDJSON files, a type each (default scheme-SEED)
  --store            stores all instead: a store like sqlite:data/kiungo.db, or the URL of a FHIR API
docs/loading.md tells more.
`;

/** What is asked for cannot be made. */
const atLeast = (name: string, text: string, least: number): number => {
  const value = Number(text);
  if (!Number.isFinite(value) || value < least)
    throw new Error(`--${name} must be a number from ${least}, not ${text}.`);
  return value;
};

async function* entriesOf(files: Iterable<SchemeFile>): AsyncGenerator<LoadEntry> {
  for (const { resourceType, resources } of files) {
    let line = 0;
    for (const resource of resources) {
      line++;
      yield { file: resourceType, place: { line }, body: Buffer.from(JSON.stringify(resource)), readTo: 0 };
    }
  }
}

const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: {
      insurees: { type: 'string' },
      seed: { type: 'string', default: '1' },
      'claims-per-year': { type: 'string', default: '1.7' },
      years: { type: 'string', default: '3' },
      until: { type: 'string', default: '2026-10-31' },
      out: { type: 'string' },
      store: { type: 'string' },
      report: { type: 'string', default: 'refused.ndjson' },
      authorization: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help || values.insurees === undefined) {
    process.stderr.write(USAGE);
    return values.help ? 0 : 2;
  }
  if (!/^\d{4}-\d\d-\d\d$/.test(values.until) || Number.isNaN(Date.parse(values.until))) {
    throw new Error(`--until must be a day like 2026-10-31, not ${values.until}.`);
  }
  const plan = planScheme({
    insurees: Math.floor(atLeast('insurees', values.insurees, 1)),
    seed: Math.floor(atLeast('seed', values.seed, 0)),
    claimsPerYear: atLeast('claims-per-year', values['claims-per-year'], 0),
    years: Math.floor(atLeast('years', values.years, 1)),
    until: values.until,
  });
  if (values.store === undefined) {
    const paths = await writeFiles(schemeFiles(plan), values.out ?? `scheme-${plan.seed}`);
    process.stdout.write(`${paths.join('\n')}\n`);
    return 0;
  }
  let isStopped = false;
  process.once('SIGINT', () => {
    isStopped = true;
  });
  const destination = await openDestination({ to: values.store, authorization: values.authorization });
  try {
    const { refused } = await runLoad(destination, {
      entries: entriesOf(schemeFiles(plan)),
      shareAt: () => undefined,
      report: values.report,
      screen: process.stderr,
      isStopped: () => isStopped,
    });
    return isStopped ? 130 : refused > 0 ? 1 : 0;
  } finally {
    await destination.close();
  }
};

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  return 2;
});
