import type { JsonObject } from '../fhir/resource.ts';

/** Seconds that the clocks of two machines may be apart. */
export const CLOCK_SKEW_S = 60;

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;

/**
 * What is wrong with the times of a token, in words for whoever made it; undefined where nothing is. It must end, have begun, and not
 * have been issued in the future.
 * @param now milliseconds since 1970
 */
export const timeFault = ({ exp, nbf, iat }: JsonObject, now: number): string | undefined => {
  const seconds = now / 1000;
  if (!isTime(exp)) return 'exp is missing: the second since 1970 at which it ends';
  if (exp + CLOCK_SKEW_S <= seconds) return 'it has expired: see exp, and the clock of the machine that made it';
  if (nbf !== undefined && !(isTime(nbf) && nbf - CLOCK_SKEW_S <= seconds)) return 'nbf is in the future';
  if (iat !== undefined && !(isTime(iat) && iat - CLOCK_SKEW_S <= seconds)) return 'iat is in the future';
  return undefined;
};
