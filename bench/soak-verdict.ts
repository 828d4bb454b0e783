import { median } from './median.ts';

/** What was seen in one slice of a soak. */
export interface Slice {
  residentBytes: number;
  p99Ms: number;
  failures: number;
}

/** What a soak is held to. */
export interface SoakBounds {
  residentBytes: number;
  p99Ms: number;
  /** Whether it was long enough for growth to tell something: what is remembered has filled what it may fill. */
  judgesGrowth: boolean;
}

/** How much more the last quarter may take than the second one. */
const MOST_GROWTH = 1.25;

const quarterOf = <T>(all: readonly T[], quarter: number): T[] =>
  all.slice(Math.floor((all.length * quarter) / 4), Math.ceil((all.length * (quarter + 1)) / 4));

const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;

/** What of a soak is out of bounds, for people; empty where nothing is. The first quarter warms up, and counts for failures alone. */
export const soakFaults = (slices: readonly Slice[], bounds: SoakBounds): string[] => {
  const faults: string[] = [];
  const failures = slices.reduce((sum, slice) => sum + slice.failures, 0);
  if (failures > 0) faults.push(`${failures} requests failed`);
  const of = (quarter: number, figure: 'residentBytes' | 'p99Ms'): number =>
    median(quarterOf(slices, quarter).map(slice => slice[figure]));
  const resident = of(3, 'residentBytes');
  if (resident > bounds.residentBytes) faults.push(`${megabytes(resident)} are resident at the end`);
  const p99Ms = of(3, 'p99Ms');
  if (p99Ms > bounds.p99Ms) faults.push(`99 of 100 requests take up to ${Math.round(p99Ms)} ms at the end`);
  const before = of(1, 'residentBytes');
  if (bounds.judgesGrowth && resident > before * MOST_GROWTH) {
    faults.push(
      `memory has grown from ${megabytes(before)} in the second quarter to ${megabytes(resident)} in the last`,
    );
  }
  return faults;
};
