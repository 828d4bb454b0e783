import { defineConfig } from 'vitest/config';
import { common } from './vitest.config.ts';

/** Crashes and ends of a server process, whatever store it has. */
const ENDS = ['audit-crash', 'crash', 'resend', 'shutdown', 'subscription-crash', 'transaction-crash'];

/**
 * What did not come to its end on FerretDB: a batch run that is taken up again (a commit of 101 changes stays unanswered; why is not
 * known), and what asks for more than it does in minutes. A server of your own runs it all.
 */
const TOO_MUCH =
  process.env.KIUNGO_TEST_MONGODB === undefined
    ? ['http/batch-run', 'http/posted-search-parameters', 'access/matrix'].map(name => `test/${name}.test.ts`)
    : [];

/** What takes half a minute and more there, each, and asks of the store what others ask too: left out where `KIUNGO_TEST_BRIEF` is set, as in CI. */
const LONG =
  process.env.KIUNGO_TEST_BRIEF === undefined
    ? []
    : [
        ...['capability', 'duplicates', 'fraud-signals', 'match', 'merge', 'payment', 'validate'].map(
          name => `test/http/${name}.test.ts`,
        ),
        ...['dci', 'gsma', 'kobo'].map(name => `test/integrations/${name}.test.ts`),
      ];

/** What runs on the MongoDB store: its contract, all that is asked of a server over HTTP, crashes, and what is of this store alone. */
export default defineConfig({
  test: {
    ...common,
    maxWorkers: 2,
    include: [
      ...['access', 'contract', 'http', 'integrations', 'mongodb'].map(folder => `test/${folder}/**/*.test.ts`),
      ...ENDS.map(name => `test/e2e/${name}.test.ts`),
    ],
    exclude: ['node_modules/**', ...TOO_MUCH, ...LONG],
    globalSetup: ['test/mongodb/set-up.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
