import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FhirError } from '../fhir/fhir-error.ts';
import { readCursor, signCursor } from './cursor.ts';

const KEY = Buffer.alloc(32, 7);
const QUERY = 'Claim?patient=1&_sort=-created';

const refusal = (text: string, query = QUERY, key = KEY): unknown => {
  try {
    return readCursor(text, query, key);
  } catch (error) {
    return error instanceof FhirError ? [error.status, error.issues[0]!.rule] : error;
  }
};

describe('cursors', () => {
  it('come back as they were signed', () => {
    const part = fc.oneof(fc.string(), fc.integer(), fc.constant(null));
    fc.assert(
      fc.property(fc.array(part), fc.string(), (cursor, query) => {
        expect(readCursor(signCursor(cursor, query, KEY), query, KEY)).toEqual(cursor);
      }),
    );
  });

  it('are refused when any character was changed, taken out or added', () => {
    const text = signCursor([1700000000000, 'abc', null], QUERY, KEY);
    expect(refusal(text)).toEqual([1700000000000, 'abc', null]);
    for (let at = 0; at < text.length; at += 1) {
      const other = text[at] === 'A' ? 'B' : 'A';
      expect(refusal(text.slice(0, at) + other + text.slice(at + 1))).toEqual([400, 'cursor-invalid']);
      expect(refusal(text.slice(0, at) + text.slice(at + 1))).toEqual([400, 'cursor-invalid']);
    }
    expect(refusal(`${text}A`)).toEqual([400, 'cursor-invalid']);
  });

  it('are refused for another query and another key', () => {
    const text = signCursor([1], QUERY, KEY);
    expect(refusal(text, 'Claim?patient=2&_sort=-created')).toEqual([400, 'cursor-invalid']);
    expect(refusal(text, QUERY, Buffer.alloc(32, 8))).toEqual([400, 'cursor-invalid']);
  });

  it.each(['', 'x', 'a b', '%00', 'A'.repeat(22), '2'])('refuses %j', text => {
    expect(refusal(text)).toEqual([400, 'cursor-invalid']);
  });
});
