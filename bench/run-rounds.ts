import { type LoadRequest, load } from './load.ts';
import { median } from './median.ts';
import type { Site } from './site.ts';
import type { Requests, SiteName, Workload } from './workload.ts';

/** What was measured of one workload on one site: medians over the rounds. */
export interface Measured {
  workload: Workload;
  site: Site;
  /** Of the whole server process, a request; NaN where it is not known. */
  cpuUs: number;
  perSecond: number;
  p99Ms: number;
  /** The longest that the event loop was blocked in any counted round. */
  blockedMs: number;
}

interface Running {
  workload: Workload;
  site: Site;
  requests: Requests;
  cpuUs: number[];
  perSecond: number[];
  p99Ms: number[];
  blockedMs: number[];
}

/** The first round is not counted and so much longer: a server's code is compiled, and compiled again, while it runs. */
const WARM_UP = 3;

/** The requests of a workload, with what the site wants of each. */
const requestsOf =
  ({ headers }: Site, { next }: Requests) =>
  (): LoadRequest => {
    const request = next();
    return { ...request, headers: { ...headers(), ...request.headers } };
  };

const measure = async ({ workload, site, requests, ...figures }: Running, seconds: number, counts: boolean) => {
  const before = await site.usage();
  const result = await load(site.origin, seconds, requestsOf(site, requests), requests.onAnswer);
  const after = await site.usage();
  if (result.failures > 0) throw new Error(`${workload.label} (${site.origin}): ${result.failures} requests failed`);
  if (!counts) return;
  figures.cpuUs.push((after.cpuMicroseconds - before.cpuMicroseconds) / result.requests);
  figures.perSecond.push(result.requests / result.seconds);
  figures.p99Ms.push(result.p99Ms);
  figures.blockedMs.push(after.blockedMs);
};

/**
 * Runs workloads on the sites that they are for, interleaved, so that a noisy machine is noisy for all.
 * @param sites those of each name: ours first, then what it is compared with
 * @throws {Error} where a request failed
 */
export const runRounds = async (
  workloads: readonly Workload[],
  sites: ReadonlyMap<SiteName, readonly Site[]>,
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<Measured[]> => {
  const running: Running[] = workloads.flatMap(workload =>
    (sites.get(workload.site) ?? []).map(site => ({
      workload,
      site,
      requests: workload.start(site),
      cpuUs: [],
      perSecond: [],
      p99Ms: [],
      blockedMs: [],
    })),
  );
  for (let round = 0; round <= rounds; round++) {
    for (const one of running) {
      const isBrief = !one.workload.hasGoal;
      if (isBrief && round > 1 && round % 2 === 0) continue;
      const warmUp = round === 0 && !isBrief ? WARM_UP : 1;
      await measure(one, seconds * warmUp * (isBrief ? 0.5 : 1), round > 0);
    }
  }
  return running.map(({ workload, site, cpuUs, perSecond, p99Ms, blockedMs }) => ({
    workload,
    site,
    cpuUs: median(cpuUs),
    perSecond: median(perSecond),
    p99Ms: median(p99Ms),
    blockedMs: Math.max(...blockedMs),
  }));
};
