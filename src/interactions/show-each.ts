import { setImmediate } from 'node:timers/promises';

/** Characters after which other requests get their turn. */
const TURN = 256 * 1024;

/**
 * What `show` makes of each text, with turns for other requests in between, since reading a whole page of resources takes long.
 * Without `show` the texts themselves; the empty text of a deletion stays empty.
 */
export const showEach = async (
  texts: readonly string[],
  show: ((text: string) => string) | undefined,
): Promise<readonly string[]> => {
  if (show === undefined) return texts;
  const shown: string[] = [];
  let sinceTurn = 0;
  for (const text of texts) {
    shown.push(text === '' ? '' : show(text));
    sinceTurn += text.length;
    if (sinceTurn < TURN) continue;
    sinceTurn = 0;
    await setImmediate();
  }
  return shown;
};
