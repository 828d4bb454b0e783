import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../fhir/resource.ts';
import { RequestFault } from './dci-fault.ts';
import { readQuery } from './query.ts';

const context = { identifierTypes: { UIN: 'Code' }, timeZone: 'UTC', now: Date.UTC(2028, 1, 29) };
const NAMES = [
  '$and',
  '$or',
  '$where',
  'surname',
  'age',
  'birth_date',
  '__proto__',
  'constructor',
  'query',
  'expression',
];
const OPERATORS = ['$eq', '$lt', 'in', '$regex', 'attribute_name', 'operator', 'attribute_value', 'type', 'value'];

/** JSON of the names that queries are made of, and of others. */
const values = fc.letrec<{ value: Json }>(tie => ({
  value: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.oneof(fc.string(), fc.integer(), fc.constantFrom(null, true, '', 'UIN', 'and', 'eq', 'surname', '1990', '25')),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...NAMES, ...OPERATORS), tie('value'), { maxKeys: 3 }),
  ) as fc.Arbitrary<Json>,
})).value;

test('whatever comes as a query is understood or refused with a reason of DCI', () => {
  const types = fc.constantFrom('idtype-value', 'predicate', 'expression', 'graphql');
  const read = (criteria: JsonObject): void => {
    try {
      expect(['Member', 'Group', 'Beneficiary']).toContain(readQuery(criteria, context).register);
    } catch (error) {
      if (!(error instanceof RequestFault)) throw error;
      expect(error.reason).toMatch(/^rjct\.(filter|search_criteria)\.invalid$/);
    }
  };
  fc.assert(
    fc.property(types, values, values, (query_type, query, entity) =>
      read({ query_type, query, response_entity: entity }),
    ),
    { numRuns: 500 },
  );
  read({ query_type: 'expression', query: { value: { expression: { query: { $and: [{ age: { $lt: 5 } }] } } } } });
});
