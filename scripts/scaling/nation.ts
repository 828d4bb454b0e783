/** A country's scheme, and how its claims spread over time. Assumptions, but for the first two, which are asked for. */
export const NATION = {
  insured: 60_000_000,
  claimsPerYear: 100_000_000,
  workingDays: 300,
  /** The busiest day of a year against the mean: after the rains, before a month ends. */
  peakDay: 1.6,
  /** Share of a day's claims that come in its busiest hour. */
  peakHour: 0.14,
  facilities: 20_000,
  /** Of an hour in which a region's lines come back, and facilities send what they kept for so many days. */
  offlineShare: 0.3,
  offlineDays: 3,
  /** Requests that read, for each claim: cover is asked for, answers are looked up. */
  readsPerClaim: 4,
} as const;

/** Claims a second of the whole country. */
export const demand = () => {
  const { claimsPerYear, workingDays, peakDay, peakHour, offlineShare, offlineDays } = NATION;
  const day = claimsPerYear / workingDays;
  const peak = (day * peakDay * peakHour) / 3600;
  return {
    mean: day / (24 * 3600),
    peak,
    /** The peak hour, with what was kept on top. */
    afterOutage: peak + (day * peakDay * offlineShare * offlineDays) / 3600,
  };
};
