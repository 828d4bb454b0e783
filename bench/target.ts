import { readFileSync } from 'node:fs';
import type { Usage } from './report-usage.ts';
import { createSite, type Site } from './site.ts';

/** Linux counts CPU time of processes in hundredths of a second. */
const TICK_MICROSECONDS = 10_000;
const PAGE_BYTES = 4096;

/** What a process of this machine has used, as Linux tells it. */
const usageOf = (pid: number): Usage => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the program stands in brackets and may have spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system, pages] = [fields[11], fields[12], fields[21]].map(Number) as [number, number, number];
  return {
    cpuMicroseconds: (user + system) * TICK_MICROSECONDS,
    residentBytes: pages * PAGE_BYTES,
    blockedMs: Number.NaN,
  };
};

const UNKNOWN: Usage = { cpuMicroseconds: Number.NaN, residentBytes: Number.NaN, blockedMs: Number.NaN };

/**
 * A FHIR server that runs already, by the URL of its API. Its CPU time is known where it runs on this machine, under Linux, and
 * `pid` names its process.
 */
export const targetSite = (
  url: string,
  { pid, firstNumber }: { pid: number | undefined; firstNumber: number },
): Site => {
  const { origin, pathname } = new URL(url);
  return createSite(
    {
      origin,
      usage: async () => (pid === undefined ? UNKNOWN : usageOf(pid)),
      stop: async () => {},
    },
    { name: 'target', base: pathname.replace(/\/+$/, ''), firstNumber },
  );
};
