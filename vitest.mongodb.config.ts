import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** What runs on the MongoDB store: the contract of stores, what is of this store alone, and what connectors must stand. */
export default defineConfig({
  test: {
    ...base.test,
    include: ['test/contract/**/*.test.ts', 'test/mongodb/**/*.test.ts', 'test/integrations/connector.test.ts'],
    exclude: ['node_modules/**'],
    globalSetup: ['test/mongodb/set-up.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
