import { dayOf } from './fhir/datetime.ts';
import type { ClockRule } from './insurance/insurance-rule.ts';
import type { Deps } from './interactions/context.ts';
import { turnClock } from './operations/turn-clock.ts';
import { StoreError } from './store/store-error.ts';

/** A clock that runs. */
export interface RunningClock {
  /** Waits for the turn that is going on, which leaves off early. */
  stop(): Promise<void>;
}

const MINUTE = 60_000;

/** Turns the clock every so many minutes (0: never), each turn after the one before has ended. */
export const startClock = (
  deps: Deps,
  { rules, minutes }: { rules: readonly ClockRule[]; minutes: number },
): RunningClock => {
  if (minutes === 0 || rules.length === 0) return { stop: async () => {} };
  let isStopped = false;
  let turning: Promise<unknown> | undefined;
  let lastDay = '';
  const turn = async (): Promise<void> => {
    try {
      const today = dayOf(deps.now(), deps.settings.timeZone);
      const due = rules.filter(({ isDaily }) => !isDaily || today !== lastDay);
      await turnClock(deps, due, { today, isStopped: () => isStopped });
      lastDay = today;
    } catch (error) {
      // That the store does not answer is told by /ready; the next turn goes on.
      if (!(error instanceof StoreError)) deps.tell('The clock was broken off', { error: String(error) });
    } finally {
      turning = undefined;
    }
  };
  const timer = setInterval(() => {
    turning ??= turn();
  }, minutes * MINUTE).unref();
  return {
    stop: async () => {
      isStopped = true;
      clearInterval(timer);
      await turning;
    },
  };
};
