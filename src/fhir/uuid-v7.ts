import { randomFillSync } from 'node:crypto';

const POOL_SIZE = 4096;
const RANDOM_BYTES = 8;

/**
 * A maker of UUIDs of version 7: time-ordered, so that new resources are neighbours in every index, and ordered among those of
 * one millisecond by a counter. `now` gives milliseconds since 1970 UTC and must not run backwards.
 * https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7
 */
export const createUuidV7 = (now: () => number): (() => string) => {
  const pool = Buffer.alloc(POOL_SIZE);
  let used = POOL_SIZE;
  let last = 0;
  let counter = 0;
  return () => {
    if (used === POOL_SIZE) {
      randomFillSync(pool);
      used = 0;
    }
    const random = pool.toString('hex', used, used + RANDOM_BYTES);
    used += RANDOM_BYTES;
    const time = Math.max(now(), last);
    counter = time === last ? counter + 1 : 0;
    // The 12 bits of the counter are never used up within a real millisecond; a frozen clock moves on by one instead.
    last = counter > 0xfff ? time + 1 : time;
    if (counter > 0xfff) counter = 0;
    const stamp = last.toString(16).padStart(12, '0');
    const variant = (8 + (Number.parseInt(random[0]!, 16) & 3)).toString(16);
    const count = counter.toString(16).padStart(3, '0');
    return `${stamp.slice(0, 8)}-${stamp.slice(8)}-7${count}-${variant}${random.slice(1, 4)}-${random.slice(4)}`;
  };
};
