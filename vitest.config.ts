import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // These need a server that speaks MongoDB's protocol: `npm run test:mongodb`.
    exclude: ['node_modules/**', 'test/mongodb/**'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    maxWorkers: 2,
    // Processes that tests start keep their compiled code from one to the next, which halves the time to start.
    env: { NODE_COMPILE_CACHE: `${import.meta.dirname}/node_modules/.cache/kiungo` },
    // Where threads come and go, V8 ends the process when it compiles a way out of WebAssembly anew: ADR 0014.
    execArgv: ['--wasm-wrapper-tiering-budget=2147483647'],
  },
});
