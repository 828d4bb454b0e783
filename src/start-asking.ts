import { StoreError } from './store/store-error.ts';

/** What is asked of others as time goes by. */
export interface Asking {
  /** Waits for what is being asked. */
  stop(): Promise<void>;
}

const HOUR_MS = 3_600_000;

/**
 * Has each of some questions asked now and every hour; whether anything is due is for them to know.
 * @param fault is told what one of them threw; that the store does not answer is told by `/ready`
 */
export const startAsking = (questions: readonly (() => Promise<void>)[], fault: (error: unknown) => void): Asking => {
  if (questions.length === 0) return { stop: async () => {} };
  let asking: Promise<void> | undefined;
  const ask = (): void => {
    asking ??= Promise.all(questions.map(question => question()))
      .then(() => {})
      .catch((error: unknown) => {
        if (!(error instanceof StoreError)) fault(error);
      })
      .finally(() => {
        asking = undefined;
      });
  };
  ask();
  const timer = setInterval(ask, HOUR_MS).unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await asking;
    },
  };
};
