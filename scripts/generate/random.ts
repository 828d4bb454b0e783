/** Random numbers that are the same for the same seed and place, on every machine. */
export interface Random {
  /** At least 0, below 1. */
  next(): number;
  /** A whole number from 0 to `below - 1`. */
  int(below: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
}

const mix = (state: number, value: number): number => {
  let mixed = Math.imul(state ^ value, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
};

/**
 * The random numbers that belong to one thing, told by whole numbers (its kind, its place in the row): each thing can be made by
 * itself and comes out the same, so nothing that was made needs to be kept.
 */
export const randomOf = (seed: number, ...thing: readonly number[]): Random => {
  let state = thing.reduce(mix, mix(0x6b69756e, seed));
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (below: number): number => Math.floor(next() * below);
  return { next, int, chance: probability => next() < probability, pick: list => list[int(list.length)]! };
};
