import { runRestore } from './backup/run-restore.ts';

await runRestore(process.argv.slice(2), process.env, text => console.log(text)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
