import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** Crashes and ends of a server process, whatever store it has. */
const ENDS = ['audit-crash', 'crash', 'resend', 'shutdown', 'subscription-crash', 'transaction-crash'];

/** What changes a hundred documents in one command, which FerretDB does not get through: a server of your own runs it. */
const MANY_UPDATES =
  process.env.KIUNGO_TEST_MONGODB === undefined
    ? ['batch-run', 'posted-search-parameters'].map(name => `test/http/${name}.test.ts`)
    : [];

/** What runs on the MongoDB store: its contract, all that is asked of a server over HTTP, crashes, and what is of this store alone. */
export default defineConfig({
  test: {
    ...base.test,
    include: [
      ...['access', 'contract', 'http', 'integrations', 'mongodb'].map(folder => `test/${folder}/**/*.test.ts`),
      ...ENDS.map(name => `test/e2e/${name}.test.ts`),
    ],
    exclude: ['node_modules/**', ...MANY_UPDATES],
    globalSetup: ['test/mongodb/set-up.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
