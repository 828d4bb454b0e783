import { randomOf } from './random.ts';

const SIZES = 4;

/** One to nine, four or five as a rule. */
const SHARES = [1, 1, 2, 2, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 7, 7, 8, 9];
export const MOST_MEMBERS = 9;

/** How many members the family of an index has. */
export const familySize = (seed: number, index: number): number => randomOf(seed, SIZES, index).pick(SHARES);
