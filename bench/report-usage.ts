import { monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * Preloaded into a measured server (`node --import`): tells the bench on its channel what the whole process has used so far, all
 * its threads included, and how long its event loop was blocked since it was asked before.
 */
export interface Usage {
  cpuMicroseconds: number;
  residentBytes: number;
  /** The longest time that the main thread answered nobody, in milliseconds. */
  blockedMs: number;
}

/** How often the event loop is looked at, which is part of what perf_hooks gives. */
const RESOLUTION_MS = 5;

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({
    cpuMicroseconds: user + system,
    residentBytes: process.memoryUsage.rss(),
    blockedMs: Math.max(0, delay.max / 1e6 - RESOLUTION_MS),
  } satisfies Usage);
  delay.reset();
});
// The channel alone must not keep a server alive that wants to end.
process.channel?.unref();
