import type { OperationDefinition } from 'fhir/r4.js';
import { describe, expect, test } from 'vitest';
import { namedQueries } from './named-queries.ts';

const URL = 'urn:query';
const definition = (more: Partial<OperationDefinition> = {}): OperationDefinition => ({
  ...{ resourceType: 'OperationDefinition', url: URL, name: 'Q', status: 'active', kind: 'query', code: 'q' },
  ...{ system: false, type: true, instance: false, resource: ['Claim'] },
  extension: [
    { url: 'https://kiungo.example/fhir/StructureDefinition/query-search', valueString: 'created=ge{from}&_sort=_id' },
  ],
  parameter: [{ name: 'from', use: 'in', min: 1, max: '1', type: 'date' }],
  ...more,
});

const read = (more: Partial<OperationDefinition> = {}, name = 'q', times = 1) =>
  namedQueries(Array(times).fill({ name, definition: URL }), {
    element: 'x',
    resourceType: 'Claim',
    definitions: { operationDefinition: () => definition(more) },
  });

describe('named queries of a capability file', () => {
  test('are what their OperationDefinitions say', () => {
    const search = [
      ['created', 'ge{from}'],
      ['_sort', '_id'],
    ];
    expect([...read()]).toEqual([['q', { parameters: new Map([['from', { isRequired: true }]]), search }]]);
  });

  test.each([
    [{ code: 'other' }, 'q', 1, 'is not query q of Claim'],
    [{ resource: ['Patient' as const] }, 'q', 1, 'is not query q of Claim'],
    [{}, 'q', 2, 'is there twice'],
    [{ extension: [] }, 'q', 1, 'has no extension'],
    [{ parameter: [] }, 'q', 1, 'has no parameter from to fill in {from}'],
    [
      { parameter: ['from', 'to'].map(name => ({ name, use: 'in' as const, min: 0, max: '1' })) },
      'q',
      1,
      'has a parameter to that its search has no place for',
    ],
  ])('are refused where they do not fit: %o', (more, name, times, reason) => {
    expect(() => read(more, name, times)).toThrow(reason);
  });
});
