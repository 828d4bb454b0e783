import { setImmediate } from 'node:timers/promises';

/** Milliseconds of work after which other requests get their turn. */
const TURN_MS = 4;

/** Makes a function to be called between the parts of long work: it waits for other requests whenever a turn is over. */
export const takeTurns = (): (() => Promise<void>) => {
  let begun = performance.now();
  return async () => {
    if (performance.now() - begun < TURN_MS) return;
    await setImmediate();
    begun = performance.now();
  };
};
