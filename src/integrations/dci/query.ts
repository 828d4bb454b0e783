import { isJsonObject, type Json, type JsonObject } from '../../fhir/resource.ts';
import type { Condition } from '../../search/query.ts';
import { type Attribute, type AttributeContext, attributeOf, identifierOfType, type Operator } from './attributes.ts';
import { RequestFault } from './dci-fault.ts';
import { type Register, registerOf } from './register.ts';

/** A query as it was understood: conditions of ours, made by the lists of attributes and operators and of nothing else. */
export interface DciQuery {
  register: Register;
  where: readonly Condition[];
  /** The search parameters that it uses. */
  parameters: ReadonlySet<string>;
}

const MOST_TESTS = 50;
const MOST_VALUES = 100;
const DEEPEST = 6;

const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ...(['eq', 'gt', 'lt', 'ge', 'le', 'in'] as const).map(each => [each, each] as const),
  ['gte', 'ge'],
  ['lte', 'le'],
]);

const invalid = (text: string): RequestFault => new RequestFault('filter.invalid', text);

const valuesOf = (value: Json | undefined): readonly string[] => {
  const list = Array.isArray(value) ? value : [value];
  const texts = list.map(each => (typeof each === 'number' || typeof each === 'boolean' ? String(each) : each));
  if (texts.length > 0 && texts.length <= MOST_VALUES && texts.every(each => typeof each === 'string' && each !== '')) {
    return texts as string[];
  }
  throw invalid(`A value is a text or a number; of "in" a list of 1 to ${MOST_VALUES} of them.`);
};

/** What reads one query, and counts its tests. */
const createReader = (register: Register, context: AttributeContext) => {
  const parameters = new Set<string>();
  let tests = 0;

  const testOf = (attribute: Attribute, operatorName: string, value: Json | undefined): Condition => {
    if (++tests > MOST_TESTS) throw invalid(`A query has ${MOST_TESTS} tests at most.`);
    const operator = OPERATORS.get(operatorName);
    if (operator === undefined || !attribute.operators.includes(operator)) {
      throw invalid(`This attribute is compared by ${attribute.operators.join(', ')}.`);
    }
    const values = valuesOf(value);
    if (operator !== 'in' && values.length > 1) throw invalid('Several values are compared by "in".');
    parameters.add(attribute.parameter);
    return attribute.condition(operator, values, context);
  };

  const ofExpression = (expression: Json | undefined): Condition => {
    const { attribute_name: name, operator, attribute_value: value } = isJsonObject(expression) ? expression : {};
    if (typeof name !== 'string' || typeof operator !== 'string') {
      throw invalid('An expression has attribute_name, operator and attribute_value.');
    }
    return testOf(attributeOf(register, name), operator, value);
  };

  const ofPredicate = (predicate: Json): Condition => {
    const { expression1, condition, expression2 } = isJsonObject(predicate) ? predicate : {};
    const first = ofExpression(expression1);
    if (expression2 === undefined) return first;
    const second = ofExpression(expression2);
    if (condition === 'and') return { kind: 'all', allOf: [first, second] };
    if (condition === 'or') return { kind: 'any', anyOf: [first, second] };
    if (condition === 'not') return { kind: 'all', allOf: [first, { kind: 'not', none: second }] };
    throw invalid('condition is and, or or not.');
  };

  const ofList = (list: Json | undefined, depth: number): Condition[] => {
    if (Array.isArray(list) && list.length > 0) return list.map(each => ofDocument(each, depth + 1));
    throw invalid('$and and $or have a list of queries.');
  };

  const ofMember = (name: string, value: Json, depth: number): readonly Condition[] => {
    if (name === '$and') return ofList(value, depth);
    if (name === '$or') return [{ kind: 'any', anyOf: ofList(value, depth) }];
    const attribute = attributeOf(register, name);
    if (!isJsonObject(value)) return [testOf(attribute, 'eq', value)];
    const tests = Object.entries(value);
    if (tests.length === 0) throw invalid('A test has an operator.');
    return tests.map(([operator, operand]) => testOf(attribute, operator.replace(/^\$/, ''), operand));
  };

  const ofDocument = (document: Json | undefined, depth = 1): Condition => {
    if (!isJsonObject(document) || depth > DEEPEST || Object.keys(document).length === 0) {
      throw invalid(`A query is an object with something in it, nested ${DEEPEST} levels at most.`);
    }
    return { kind: 'all', allOf: Object.entries(document).flatMap(([name, value]) => ofMember(name, value, depth)) };
  };

  return {
    parameters,
    ofIdentifier: ({ type, value }: JsonObject): Condition => {
      if (typeof type === 'string' && type !== '')
        return testOf(identifierOfType(register, type, context), 'eq', value);
      throw invalid('The query has type and value.');
    },
    ofPredicates: (list: Json | undefined): Condition[] => {
      if (!Array.isArray(list) || list.length === 0) throw invalid('The query is a list of predicates.');
      return list.map(ofPredicate);
    },
    ofDocument,
  };
};

/**
 * Reads the query of a search. Nothing of it is passed on: what is not on the lists of `attributes.ts` is refused.
 * @throws {RequestFault}
 */
export const readQuery = (criteria: JsonObject, context: AttributeContext): DciQuery => {
  const { query_type: queryType, query } = criteria;
  if (queryType === 'predicate') {
    const register = registerOf(criteria);
    const reader = createReader(register, context);
    return { register, where: reader.ofPredicates(query), parameters: reader.parameters };
  }
  const given = isJsonObject(query) ? query : {};
  if (queryType === 'idtype-value') {
    const register = registerOf(criteria);
    const reader = createReader(register, context);
    return { register, where: [reader.ofIdentifier(given)], parameters: reader.parameters };
  }
  if (queryType === 'expression') {
    const { expression } = isJsonObject(given.value) ? given.value : {};
    const { collection, query: inner = expression } = isJsonObject(expression) ? expression : {};
    const register = registerOf(criteria, collection);
    const reader = createReader(register, context);
    return { register, where: [reader.ofDocument(inner)], parameters: reader.parameters };
  }
  throw new RequestFault('search_criteria.invalid', 'query_type is idtype-value, predicate or expression.');
};
