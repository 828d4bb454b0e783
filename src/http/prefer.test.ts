import { describe, expect, it } from 'vitest';
import { readPrefer } from './prefer.ts';

describe('readPrefer', () => {
  it.each([
    [undefined, 'representation', 'strict'],
    ['return=minimal', 'minimal', 'strict'],
    ['return="minimal"', 'minimal', 'strict'],
    ['handling=lenient, return=OperationOutcome', 'OperationOutcome', 'lenient'],
    ['return=OperationOutcome; handling=lenient', 'OperationOutcome', 'lenient'],
    ['respond-async, wait=10, return=everything', 'representation', 'strict'],
  ])('reads %s', (header, returned, handling) => {
    expect(readPrefer(header)).toEqual({ return: returned, handling });
  });
});
