import { spawnSync } from 'node:child_process';

/** Everything that can be judged without running the server: types, lint and format, architecture. Under a minute. */
const CHECKS = [
  ['types', 'tsc', '--noEmit'],
  ['lint and format', 'biome', 'check', '.'],
  ['architecture', 'vitest', 'run', 'test/architecture.test.ts', '--reporter=dot'],
] as const;

let failed = false;
for (const [name, command, ...args] of CHECKS) {
  const started = performance.now();
  const { status } = spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  failed ||= status !== 0;
}
process.exitCode = failed ? 1 : 0;
