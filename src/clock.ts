/** The machine's clock, in milliseconds since 1970 UTC: for what other machines have given a time to. */
export const machineNow = (): number => Date.now();

/**
 * A clock in milliseconds since 1970 UTC that never runs backwards, not even when the machine's is set back or (by `from`, the
 * last time stored) over a restart.
 */
export const createClock = (from: number): (() => number) => {
  let last = from;
  return () => {
    last = Math.max(last, Date.now());
    return last;
  };
};
