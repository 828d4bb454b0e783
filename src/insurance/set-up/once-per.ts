/**
 * A function of an object that is computed once for each object, as long as that is there: set-up is read from the same resources again
 * and again. What it gives is not to be changed.
 */
export const oncePer = <Key extends object, Value>(compute: (key: Key) => Value): ((key: Key) => Value) => {
  const known = new WeakMap<Key, Value>();
  return key => {
    let value = known.get(key);
    if (value === undefined) {
      value = compute(key);
      known.set(key, value);
    }
    return value;
  };
};
