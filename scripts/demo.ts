import { once } from 'node:events';
import { failures, stepCount } from './demo/report.ts';
import { type DemoServer, startDemoServer } from './demo/server.ts';
import { tellStory } from './demo/story.ts';

/** Leaves the server to the person at the terminal until they press Ctrl+C, which reaches the server too. */
const keepRunning = async ({ url, child }: DemoServer, claimId: string): Promise<void> => {
  console.log(`
The server goes on at ${url}. Ctrl+C ends it, and its data with it. Try:

  curl ${url}/metadata
  curl ${url}/ClaimResponse/${claimId}
  curl '${url}/Claim?patient=Patient/zuri-sadiki&_sort=-created'
  curl '${url}/Coverage?beneficiary=Patient/neema-sadiki'
  curl -H 'Content-Type: application/fhir+json' -d '{"resourceType":"Claim"}' ${url}/Claim`);
  const exited = once(child, 'exit');
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  await exited;
};

const main = async (): Promise<void> => {
  const started = performance.now();
  console.log(
    'Kiungo demo: an insurer, a health centre and a mobile money operator. All persons and places are invented.',
  );
  const server = await startDemoServer();
  console.log(
    `The server runs at ${server.url} on a throw-away store (${Math.round(performance.now() - started)} ms).`,
  );
  let isKept = false;
  try {
    const claimId = await tellStory(server.url);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(
      failures.length === 0
        ? `\nAll ${stepCount()} steps are as they should be (${seconds} s).`
        : `\n${failures.length} of the checks failed (${seconds} s):\n${failures.map(text => `  ${text}`).join('\n')}`,
    );
    isKept = process.argv.includes('--keep');
    if (isKept) await keepRunning(server, claimId);
  } finally {
    if (!isKept && (await server.stop()) !== 0) failures.push('the server did not end in good order');
  }
  process.exitCode = failures.length === 0 ? 0 : 1;
};

await main();
