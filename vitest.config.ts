import { defineConfig } from 'vitest/config';

/** What tests of all kinds have. */
export const common = {
  testTimeout: 30_000,
  hookTimeout: 30_000,
  // Processes that tests start keep their compiled code from one to the next, which halves the time to start.
  env: { NODE_COMPILE_CACHE: `${import.meta.dirname}/node_modules/.cache/kiungo` },
  // Where threads come and go, V8 ends the process when it compiles a way out of WebAssembly anew: ADR 0014.
  execArgv: ['--wasm-wrapper-tiering-budget=2147483647'],
};

/** Unit tests that look at what was imported so far. */
const ALONE = ['src/fhir/fhirpath/expression.test.ts'];

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        // Modules are imported once for all of them, not for each file: a quarter of their time.
        test: { ...common, name: 'units', include: ['src/**/*.test.ts'], exclude: ALONE, isolate: false },
      },
      {
        // Those in `test/mongodb` need a server that speaks MongoDB's protocol: `npm run test:mongodb`.
        test: { ...common, name: 'whole', include: ['test/**/*.test.ts', ...ALONE], exclude: ['test/mongodb/**'] },
      },
    ],
  },
});
