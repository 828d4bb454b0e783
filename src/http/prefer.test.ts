import { describe, expect, it } from 'vitest';
import { readPrefer } from './prefer.ts';

describe('readPrefer', () => {
  it.each<[header: string | undefined, returned: string, handling: string, normalize?: string]>([
    [undefined, 'representation', 'strict'],
    ['normalize=openimis, return=minimal', 'minimal', 'strict', 'openimis'],
    ['normalize=off', 'representation', 'strict', 'off'],
    ['normalize=dhis2; normalize', 'representation', 'strict'],
    ['return=minimal', 'minimal', 'strict'],
    ['return="minimal"', 'minimal', 'strict'],
    ['handling=lenient, return=OperationOutcome', 'OperationOutcome', 'lenient'],
    ['return=OperationOutcome; handling=lenient', 'OperationOutcome', 'lenient'],
    ['respond-async, wait=10, return=everything', 'representation', 'strict'],
  ])('reads %s', (header, returned, handling, normalize) => {
    expect(readPrefer(header)).toEqual({ return: returned, handling, normalize });
  });
});
