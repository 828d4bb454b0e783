import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** HTTP tests that a server for tests gets through in time: it looks at every document for each find. A server of your own runs them all. */
const QUICK = ['read', 'vread', 'history-instance', 'history-type', 'update', 'delete', 'patch', 'conditional-update'];
const http =
  process.env.KIUNGO_TEST_MONGODB === undefined
    ? QUICK.map(name => `test/http/${name}.test.ts`)
    : ['test/http/**/*.test.ts'];

/** What runs on the MongoDB store: the contract of stores, the HTTP tests, what is of this store alone, and what connectors must stand. */
export default defineConfig({
  test: {
    ...base.test,
    include: [
      ...['contract', 'mongodb'].map(folder => `test/${folder}/**/*.test.ts`),
      ...http,
      'test/integrations/connector.test.ts',
    ],
    exclude: ['node_modules/**'],
    globalSetup: ['test/mongodb/set-up.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
