/**
 * Preloaded into a measured server (`node --import`): tells the bench on its channel what the whole process has used so far, all
 * its threads included. Microseconds of CPU time and bytes of resident memory.
 */
export interface Usage {
  cpuMicroseconds: number;
  residentBytes: number;
}

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMicroseconds: user + system, residentBytes: process.memoryUsage.rss() } satisfies Usage);
});
// The channel alone must not keep a server alive that wants to end.
process.channel?.unref();
