const LEAST_MS = 10_000;
const MOST_MS = 3_600_000;

/** So long a message is tried again before it is given up. */
export const GIVE_UP_MS = 24 * 3_600_000;

/**
 * How long to wait, in milliseconds, after so many failures in a row (1 for the first): twice as long each time, from 10 seconds to an
 * hour, and up to a quarter more, so that peers that came back together are not asked together.
 * @param random from 0 to below 1
 */
export const waitAfter = (failures: number, random: () => number): number =>
  Math.min(MOST_MS, LEAST_MS * 2 ** Math.min(failures - 1, 20) * (1 + random() / 4));
