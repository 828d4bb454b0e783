import { describe, expect, it } from 'vitest';
import type { IndexEntry } from '../../search/index-entry.ts';
import { TermKeys } from './term-keys.ts';

const SEED = Buffer.from('0001020304050607', 'hex');

const keysOf = (keys: TermKeys, entry: IndexEntry): bigint[] => {
  const found: bigint[] = [];
  keys.entry('Claim', entry, (high, low) => found.push((BigInt(high) << 32n) | BigInt(low >>> 0)));
  return found;
};

describe('term keys', () => {
  const keys = new TermKeys(SEED);
  const token: IndexEntry = { kind: 'token', parameter: 'identifier', system: 'urn:s', code: '1' };

  it('are the same for what is stored and what is asked for', () => {
    expect(keysOf(keys, token)).toEqual([
      keys.token('Claim', 'identifier', { code: '1' }),
      keys.token('Claim', 'identifier', { system: 'urn:s', code: '1' }),
      keys.token('Claim', 'identifier', { system: 'urn:s' }),
    ]);
    expect(keysOf(keys, { kind: 'token', parameter: 'identifier', code: '1' })).toEqual([
      keys.token('Claim', 'identifier', { code: '1' }),
      keys.token('Claim', 'identifier', { system: '', code: '1' }),
    ]);
    expect(keysOf(keys, { kind: 'reference', parameter: 'patient', type: 'Patient', id: 'p' })).toEqual([
      keys.reference('Claim', 'patient', { id: 'p' }),
      keys.reference('Claim', 'patient', { type: 'Patient', id: 'p' }),
    ]);
  });

  it('never change for a seed, because they are stored', () => {
    expect(keysOf(new TermKeys(SEED), token)).toEqual(keysOf(keys, token));
    expect(keysOf(keys, token)).toMatchInlineSnapshot(`
      [
        -4270881096176807777n,
        -4270881095544467308n,
        -1330998889350099368n,
      ]
    `);
    expect(keys.parameter('Claim', 'created')).toMatchInlineSnapshot(`61533855203200`);
    expect(keysOf(new TermKeys(Buffer.alloc(8)), token)).not.toEqual(keysOf(keys, token));
  });

  it('lie in one neighbourhood for numbers counted up and for ids made one after the other', () => {
    const neighbourhood = (code: string): bigint =>
      keysOf(keys, { kind: 'token', parameter: 'identifier', code })[0]! >> 48n;
    expect(neighbourhood('CLM-001234')).toBe(neighbourhood('CLM-001987'));
    expect(neighbourhood('CLM-001234')).not.toBe(neighbourhood('CLM-002234'));
    expect(neighbourhood('01a20326-0537-7000-a08c-44975e548771')).toBe(
      neighbourhood('01a20326-055b-7000-99df-327c5fd90256'),
    );
    expect(neighbourhood('https://a.example/fhir/one/123')).not.toBe(neighbourhood('https://a.example/fhir/two/123'));
  });

  it('lie next to each other for a code with and without its system', () => {
    const [alone, qualified, ofSystem] = keysOf(keys, token) as [bigint, bigint, bigint];
    expect(alone >> 32n).toBe(qualified >> 32n);
    expect(ofSystem >> 32n).not.toBe(alone >> 32n);
  });

  it('differ for all that differs', () => {
    const seen = new Set<bigint>();
    let count = 0;
    for (const parameter of ['a', 'ab', 'b']) {
      for (const system of ['', 'x', 'xx', 'y']) {
        for (const code of ['', 'a', 'aa', 'aaa', '\u0000', 'a\u0000', 'x', 'é', 'e\u0301']) {
          seen.add(keys.token('Claim', parameter, { system, code })!);
          seen.add(keys.token('ClaimResponse', parameter, { system, code })!);
          seen.add(keys.exact('Claim', parameter + system, code));
          count += 2;
        }
      }
    }
    expect(seen.size).toBeGreaterThan(count);
    const spread = new Set<bigint>();
    for (let i = 0; i < 200_000; i++) spread.add(keys.reference('Claim', 'patient', { id: `p${i}` }));
    expect(spread.size).toBe(200_000);
  });
});
