import { describe, expect, it } from 'vitest';
import type { IndexEntry } from '../../search/index-entry.ts';
import { type TermKey, TermKeys } from './term-keys.ts';

const SEED = Buffer.from('0001020304050607', 'hex');

const termsOf = (keys: TermKeys, entry: IndexEntry): Required<TermKey>[] => {
  const found: Required<TermKey>[] = [];
  keys.entry('Claim', entry, (high, low, qualifier) =>
    found.push({ key: (BigInt(high) << 32n) | BigInt(low >>> 0), qualifier }),
  );
  return found;
};

describe('term keys', () => {
  const keys = new TermKeys(SEED);
  const token: IndexEntry = { kind: 'token', parameter: 'identifier', system: 'urn:s', code: '1' };

  it('are the same for what is stored and what is asked for', () => {
    expect(termsOf(keys, token)).toEqual([
      keys.token('Claim', 'identifier', { system: 'urn:s', code: '1' }),
      keys.token('Claim', 'identifier', { system: 'urn:s' }),
    ]);
    expect(termsOf(keys, { kind: 'token', parameter: 'identifier', code: '1' })).toEqual([
      keys.token('Claim', 'identifier', { system: '', code: '1' }),
    ]);
    expect(termsOf(keys, { kind: 'reference', parameter: 'patient', type: 'Patient', id: 'p' })).toEqual([
      keys.reference('Claim', 'patient', { type: 'Patient', id: 'p' }),
    ]);
  });

  it('are asked for without a qualifier where any system or type will do', () => {
    const [{ key: code }] = termsOf(keys, token) as [TermKey];
    expect(keys.token('Claim', 'identifier', { code: '1' })).toEqual({ key: code });
    const [{ key: id }] = termsOf(keys, { kind: 'reference', parameter: 'patient', type: 'Patient', id: 'p' }) as [
      TermKey,
    ];
    expect(keys.reference('Claim', 'patient', { id: 'p' })).toEqual({ key: id });
  });

  it('never change for a seed, because they are stored', () => {
    expect(termsOf(new TermKeys(SEED), token)).toEqual(termsOf(keys, token));
    expect(termsOf(keys, token)).toMatchInlineSnapshot(`
      [
        {
          "key": -4270881096176807777n,
          "qualifier": -430489589,
        },
        {
          "key": -1330998889350099368n,
          "qualifier": 0,
        },
      ]
    `);
    expect(keys.parameter('Claim', 'created')).toMatchInlineSnapshot(`61533855203200`);
    expect(termsOf(new TermKeys(Buffer.alloc(8)), token)).not.toEqual(termsOf(keys, token));
  });

  it('lie in one neighbourhood for numbers counted up and for ids made one after the other', () => {
    const neighbourhood = (code: string): bigint =>
      termsOf(keys, { kind: 'token', parameter: 'identifier', code })[0]!.key >> 48n;
    expect(neighbourhood('CLM-001234')).toBe(neighbourhood('CLM-001987'));
    expect(neighbourhood('CLM-001234')).not.toBe(neighbourhood('CLM-002234'));
    expect(neighbourhood('01a20326-0537-7000-a08c-44975e548771')).toBe(
      neighbourhood('01a20326-055b-7000-99df-327c5fd90256'),
    );
    expect(neighbourhood('https://a.example/fhir/one/123')).not.toBe(neighbourhood('https://a.example/fhir/two/123'));
  });

  it('differ for all that differs', () => {
    const seen = new Set<string>();
    const print = ({ key, qualifier }: TermKey): string => `${key} ${qualifier}`;
    let count = 0;
    for (const parameter of ['a', 'ab', 'b']) {
      for (const system of ['', 'x', 'xx', 'y']) {
        for (const code of ['', 'a', 'aa', 'aaa', '\u0000', 'a\u0000', 'x', 'é', 'e\u0301']) {
          seen.add(print(keys.token('Claim', parameter, { system, code })!));
          seen.add(print(keys.token('ClaimResponse', parameter, { system, code })!));
          seen.add(print(keys.exact('Claim', parameter + system, code)));
          count += 2;
        }
      }
    }
    expect(seen.size).toBeGreaterThan(count);
    const spread = new Set<bigint>();
    for (let i = 0; i < 200_000; i++) spread.add(keys.reference('Claim', 'patient', { id: `p${i}` }).key);
    expect(spread.size).toBe(200_000);
  });
});
