/**
 * Computes for each key once, for as long as the key itself is kept. Asked again while it is still computing, as definitions that
 * refer to each other in a circle do, the answer is undefined. What throws is computed anew when it is asked for again.
 */
export const remember = <K extends object, T>(compute: (key: K) => T): ((key: K) => T | undefined) => {
  const known = new WeakMap<K, { value: T | undefined }>();
  return key => {
    const before = known.get(key);
    if (before !== undefined) return before.value;
    const made: { value: T | undefined } = { value: undefined };
    known.set(key, made);
    try {
      made.value = compute(key);
      return made.value;
    } catch (cause) {
      known.delete(key);
      throw cause;
    }
  };
};
