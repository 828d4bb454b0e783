/** The number of different slots. */
export const SLOTS = 256;

/**
 * A slot for a short text by its length and its last letter. The code systems, extensions, facilities and services of a place are few
 * and are named over and over, by texts that were just parsed: to compare one with the last text of its slot takes a fraction of
 * looking it up, for which the runtime must read it to hash it.
 */
export const slotOf = (text: string): number => (text.length ^ (text.charCodeAt(text.length - 1) << 3)) & (SLOTS - 1);
