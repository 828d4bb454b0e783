import { runPeerCommand } from './peer/run-peer-command.ts';

await runPeerCommand(process.argv.slice(2), text => console.log(text)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
