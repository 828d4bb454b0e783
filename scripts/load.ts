import { parseArgs } from 'node:util';
import { openDestination } from './load/open-destination.ts';
import { filesOf, type LoadEntry, readEntries } from './load/read-entries.ts';
import { runLoad } from './load/run-load.ts';

const USAGE = `npm run load -- [--to URL|STORE] [--report FILE] [--authorization HEADER] FILE...

Stores resources under their ids: NDJSON files (.ndjson), Bundles and single resources (.json), or folders of these.
  --to             URL of a FHIR API, or a store like sqlite:data/kiungo.db (default: KIUNGO_STORE)
  --report         where refused lines are told, with their issues (default: refused.ndjson)
  --authorization  what is sent to the server as the Authorization header
docs/loading.md tells more.
`;

async function* inOrder(files: readonly { file: string }[]): AsyncGenerator<LoadEntry> {
  for (const { file } of files) yield* readEntries(file);
}

/** Exit codes: 0 all is stored, 1 some was refused, 2 it could not go on, 130 it was interrupted. */
const main = async (): Promise<number> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      to: { type: 'string' },
      report: { type: 'string', default: 'refused.ndjson' },
      authorization: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help || positionals.length === 0) {
    process.stderr.write(USAGE);
    return values.help ? 0 : 2;
  }
  const files = filesOf(positionals);
  const before = new Map<string, number>();
  let total = 0;
  for (const { file, bytes } of files) {
    before.set(file, total);
    total += bytes;
  }
  let isStopped = false;
  process.once('SIGINT', () => {
    isStopped = true;
  });
  const destination = await openDestination({ to: values.to, authorization: values.authorization });
  try {
    const { refused } = await runLoad(destination, {
      entries: inOrder(files),
      shareAt: ({ file, readTo }) => (before.get(file)! + readTo) / total,
      report: values.report,
      screen: process.stderr,
      isStopped: () => isStopped,
    });
    if (refused > 0) process.stderr.write(`Why they were refused stands in ${values.report}\n`);
    if (isStopped) process.stderr.write('Interrupted. The same command goes on where it stopped.\n');
    return isStopped ? 130 : refused > 0 ? 1 : 0;
  } finally {
    await destination.close();
  }
};

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  return 2;
});
