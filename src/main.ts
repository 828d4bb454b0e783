import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Compiled code is kept from start to start: that saves the type stripper, half the time to be ready and 45 MB.
const compileCache = fileURLToPath(new URL('../node_modules/.cache/kiungo', import.meta.url));
enableCompileCache(compileCache);
// The store's writer thread takes it over from here.
process.env.NODE_COMPILE_CACHE ??= compileCache;

const failed = (what: string) => (error: unknown) => {
  process.stderr.write(`${what}: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
  return 1;
};

const [command, ...args] = process.argv.slice(2);
if (command === 'reindex') {
  const { reindex } = await import('./reindex.ts');
  await reindex(process.env, args).catch(failed('Kiungo cannot index'));
} else if (command === 'dhis2') {
  const { dhis2 } = await import('./dhis2.ts');
  process.exitCode = await dhis2(args).catch(failed('The reports cannot be sent'));
} else {
  const { serve } = await import('./serve.ts');
  await serve(process.env).catch(failed('Kiungo cannot start'));
}
