/** The farthest times that a JavaScript Date can hold stand for ranges that are open. */
const FARTHEST = 8.64e15;

/** A time that is not infinite, milliseconds since 1970 UTC. */
export const boundedTime = (time: number): number => Math.max(-FARTHEST, Math.min(FARTHEST, time));

/** The end of a range of times or numbers, not infinite. */
export const bounded = (kind: 'date' | 'number', end: number): number =>
  kind === 'date' ? boundedTime(end) : Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, end));
