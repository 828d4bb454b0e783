/** Does what is said for one key after what was said for it before; for different keys, side by side. */
export type InTurn = <Result>(key: string, attempt: () => Promise<Result>) => Promise<Result>;

/** Makes turns that nobody has taken yet. */
export const createTurns = (): InTurn => {
  const last = new Map<string, Promise<unknown>>();
  return async (key, attempt) => {
    const before = last.get(key) ?? Promise.resolve();
    const own = before.then(attempt, attempt);
    last.set(key, own);
    try {
      return await own;
    } finally {
      if (last.get(key) === own) last.delete(key);
    }
  };
};
