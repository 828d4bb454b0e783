import { describe, expect, it } from 'vitest';
import { BASE_URL, parameterUse } from '../../../test/fixtures/parameter-use.ts';
import type { Json } from '../../fhir/resource.ts';
import { UCUM } from '../../fhir/ucum.ts';
import type { IndexEntry } from '../index-entry.ts';
import { type Matchable, matches } from '../match.ts';
import { quantityType } from './quantity.ts';

const entriesOf = (type: string, value: Json): IndexEntry[] => {
  const entries: IndexEntry[] = [];
  quantityType.entries[type]!(value, 'code', entries, { baseUrl: BASE_URL, timeZone: 'UTC' });
  return entries;
};

const isFound = (type: string, value: Json, search: string): boolean => {
  const item: Matchable = { resourceType: 'Basic', id: 'a', lastUpdated: 0, index: entriesOf(type, value) };
  return matches(item, quantityType.parse(parameterUse(search)), { read: () => undefined, all: () => [] });
};

const mg = (value: number, more = {}): Json => ({ value, unit: 'milligram', system: UCUM, code: 'mg', ...more });

describe('quantities', () => {
  it.each<[string, Json, string, boolean]>([
    ['Quantity', mg(5.4), '5.4', true],
    ['Quantity', mg(5.4), `5.4|${UCUM}|mg`, true],
    ['Quantity', mg(5.4), `0.0054|${UCUM}|g`, true],
    ['Quantity', mg(5.4), `5400|${UCUM}|ug`, true],
    ['Quantity', mg(5.44), `5.4|${UCUM}|mg`, true],
    ['Quantity', mg(5.46), `5.4|${UCUM}|mg`, false],
    ['Quantity', mg(5.4), `5.4|${UCUM}|mL`, false],
    ['Quantity', mg(5.4), '5.4||mg', true],
    ['Quantity', mg(5.4), '5.4||milligram', true],
    ['Quantity', mg(5.4), '5.4||g', false],
    ['Quantity', mg(5.4), '5.4|urn:other|mg', false],
    ['Quantity', mg(1), `ge0.001|${UCUM}|g`, true],
    ['Quantity', mg(1), `gt0.001|${UCUM}|g`, false],
    ['Quantity', mg(1), `le0.001|${UCUM}|g`, true],
    ['Quantity', { value: 37, system: UCUM, code: 'Cel' }, `310.15|${UCUM}|K`, true],
    ['Quantity', { value: 10, system: UCUM, code: '[iU]' }, `10|${UCUM}|[iU]`, true],
    ['Quantity', { value: 10, system: 'urn:s', code: 'box' }, '10|urn:s|box', true],
    ['Quantity', mg(5, { comparator: '<' }), 'lt5', true],
    ['Quantity', mg(5, { comparator: '<' }), 'ge5', false],
    ['Quantity', mg(5, { comparator: '>' }), 'gt100', true],
    ['Quantity', mg(5, { comparator: '>' }), 'le5', false],
    ['Quantity', mg(5, { comparator: '<=' }), 'gt4', true],
    ['Quantity', mg(5), '1,5', true],
    ['Quantity', mg(5), `1|${UCUM}|g,5`, true],
    ['Quantity', { unit: 'mg' }, '5', false],
    ['Money', { value: 10, currency: 'USD' }, '10||USD', true],
    ['Money', { value: 10, currency: 'USD' }, '10|urn:iso:std:iso:4217|USD', true],
    ['Money', { value: 10, currency: 'USD' }, '10|urn:iso:std:iso:4217|TZS', false],
    ['Range', { low: mg(1), high: mg(3) }, `gt2|${UCUM}|mg`, true],
    ['Range', { low: mg(1), high: mg(3) }, `sa0.5|${UCUM}|mg`, true],
    ['Range', { low: mg(1) }, `gt0.1|${UCUM}|kg`, true],
    ['Age', { value: 2, system: UCUM, code: 'a' }, `gt23|${UCUM}|mo`, true],
  ])('%s %j is found by %s: %s', (type, value, search, expected) => {
    expect(isFound(type, value, search)).toBe(expected);
  });

  it.each(['', 'mg', '5|mg', '5|a|b|c', '5||'])('refuses "%s"', value => {
    expect(() => quantityType.parse(parameterUse(value))).toThrow('must be a number, alone or with its unit');
  });
});
