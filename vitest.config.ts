import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    maxWorkers: 2,
    // V8 loses count of code pages where threads come and go, and ends the process: nodejs/node#64500.
    execArgv: ['--no-memory-protection-keys'],
  },
});
