import { writeFileSync } from 'node:fs';

/** Preloaded into a program (`node --import`): writes what its process has used at its end to the file that `USAGE_FILE` names. */
process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  writeFileSync(
    process.env.USAGE_FILE!,
    JSON.stringify({ cpuMicroseconds: user + system, peakBytes: process.resourceUsage().maxRSS * 1024 }),
  );
});
