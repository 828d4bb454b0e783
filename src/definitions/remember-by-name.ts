/** Computes for each name once. */
export const rememberByName = <T>(compute: (name: string) => T): ((name: string) => T) => {
  const known = new Map<string, T>();
  return name => {
    let value = known.get(name);
    if (value === undefined) {
      value = compute(name);
      known.set(name, value);
    }
    return value;
  };
};
