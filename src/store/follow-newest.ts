import type { SequencedVersion, Store } from './store.ts';

const PAGE = 100;

/**
 * Makes the function that reads the newest versions of all resources of some types: the first call all that are stored, later ones
 * what has changed since, whichever process stored it. Costs next to nothing when nothing has changed. `take` gets what one call found,
 * in the order of commits, if there is anything; a call ends when all that was stored before it was taken.
 */
export const followNewest = (
  store: Pick<Store, 'newest'>,
  resourceTypes: readonly string[],
  take: (versions: readonly SequencedVersion[]) => void,
): (() => Promise<void>) => {
  let position = 0;
  const readOn = async (): Promise<void> => {
    const found: SequencedVersion[] = [];
    let read = position;
    for (;;) {
      const versions = await store.newest(resourceTypes, read, PAGE);
      const last = versions.at(-1);
      if (last === undefined) break;
      read = last.sequence;
      found.push(...versions);
    }
    if (found.length > 0) take(found);
    position = read;
  };
  // One after the other, so that none ends before what it was called for was read.
  let reading: Promise<void> = Promise.resolve();
  return () => {
    reading = reading.then(readOn, readOn);
    return reading;
  };
};
