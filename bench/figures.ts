import type { Measured } from './run-rounds.ts';

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

/** The same workload on our own server, or the workload of that key there. */
const ours = (all: readonly Measured[], key: string): Measured | undefined =>
  all.find(({ workload, site }) => workload.key === key && site.name === '');

/** How the CPU time of a workload stands to that of what it is compared with, below 1 where it takes more. Undefined without one. */
export const ratioOf = (all: readonly Measured[], { workload, site, cpuUs }: Measured): number | undefined => {
  const reference = site.name === '' ? workload.against?.workload : workload.key;
  if (reference === undefined) return undefined;
  const other = ours(all, reference);
  if (other === undefined || Number.isNaN(cpuUs)) return undefined;
  return round(other.cpuUs / cpuUs, 3);
};

/**
 * The figures of workloads as they stand in the JSON: `<key>_cpu_us`, `_per_s`, `_p99_ms` and `_blocked_ms`, what is compared under
 * its own name, and for another revision or server `<key>_<site>_…` with `<key>_<site>_vs_ours`, above 1 where that one is cheaper.
 */
export const figuresOf = (all: readonly Measured[]): Record<string, number> => {
  const figures: Record<string, number> = {};
  const set = (key: string, value: number, digits: number): void => {
    if (!Number.isNaN(value)) figures[key] = round(value, digits);
  };
  for (const measured of all) {
    const { workload, site, cpuUs, perSecond, p99Ms, blockedMs } = measured;
    const key = site.name === '' ? workload.key : `${workload.key}_${site.name}`;
    const ratio = ratioOf(all, measured);
    if (ratio !== undefined) figures[site.name === '' ? workload.against!.as : `${key}_vs_ours`] = ratio;
    set(`${key}_cpu_us`, cpuUs, 1);
    set(`${key}_per_s`, perSecond, 0);
    set(`${key}_p99_ms`, p99Ms, 1);
    set(`${key}_blocked_ms`, blockedMs, 1);
  }
  return figures;
};

const cell = (value: number, digits: number, width: number): string =>
  (Number.isNaN(value) ? '' : value.toFixed(digits)).padStart(width);

/** The table that a person reads, a line for each workload and site. */
export const tableOf = (all: readonly Measured[]): string => {
  const lines = all.map(measured => {
    const { workload, site, cpuUs, perSecond, p99Ms, blockedMs } = measured;
    const ratio = ratioOf(all, measured);
    const against = site.name === '' ? workload.against?.workload : 'ours';
    return [
      (site.name === '' ? workload.label : `  the same, ${site.name}`).padEnd(52),
      cell(perSecond, 0, 11),
      cell(p99Ms, 0, 8),
      cell(cpuUs, 1, 9),
      cell(blockedMs, 0, 11),
      ratio === undefined ? '' : `   ${ratio.toFixed(2)} of ${against}`,
    ].join('');
  });
  const head = `${'workload'.padEnd(52)}${'requests/s'.padStart(11)}${'p99 ms'.padStart(8)}${'CPU us'.padStart(9)}${'blocked ms'.padStart(11)}   by CPU`;
  return [head, ...lines].join('\n');
};
