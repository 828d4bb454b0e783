/**
 * A function of an object, and of texts beside it that are seldom others, that is computed once for each object, as long as that is there:
 * the same resources are read again and again. What it gives is not to be changed.
 */
export const oncePer = <Key extends object, Beside extends readonly string[], Value>(
  compute: (key: Key, ...beside: Beside) => Value,
): ((key: Key, ...beside: Beside) => Value) => {
  const known = new WeakMap<Key, { beside: Beside; value: Value }>();
  return (key, ...beside) => {
    const last = known.get(key);
    if (last?.beside.every((text, index) => text === beside[index])) return last.value;
    const value = compute(key, ...beside);
    known.set(key, { beside, value });
    return value;
  };
};
