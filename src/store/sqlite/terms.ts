/**
 * The terms that a version is found under, one after the other, three signed 32-bit numbers each: the low and the high half of the
 * key, and the qualifier. That is how they go to the writer and how `version` keeps them.
 */
export const TERM_LENGTH = 3;

/** Terms as they were stored. A copy, because the bytes as they come need not be aligned. */
export const termsOf = (bytes: Uint8Array): Int32Array => new Int32Array(new Uint8Array(bytes).buffer);

/** The keys of terms, as the database has them. */
export const termKeys = (terms: Int32Array): BigInt64Array => {
  const count = terms.length / TERM_LENGTH;
  const halves = new Int32Array(count * 2);
  for (let term = 0; term < count; term++) {
    halves[2 * term] = terms[term * TERM_LENGTH]!;
    halves[2 * term + 1] = terms[term * TERM_LENGTH + 1]!;
  }
  return new BigInt64Array(halves.buffer);
};
