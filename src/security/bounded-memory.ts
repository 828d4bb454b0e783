/** Remembers values by text, as many as `most`: beyond that what was put in first goes. */
export interface BoundedMemory<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): void;
}

/** A memory that costs one look-up where it has the value. */
export const createBoundedMemory = <T>(most: number): BoundedMemory<T> => {
  const values = new Map<string, T>();
  return {
    get: key => values.get(key),
    set: (key, value) => {
      if (values.size >= most && !values.has(key)) values.delete(values.keys().next().value!);
      values.set(key, value);
    },
    delete: key => {
      values.delete(key);
    },
  };
};
