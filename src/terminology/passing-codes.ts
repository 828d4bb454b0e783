import type { ValueSetComposeIncludeFilter } from 'fhir/r4.js';
import type { CodeSystemConcepts } from './code-system-concepts.ts';
import { type Concept, propertyText } from './concept.ts';
import { matchingTexts } from './matching-texts.ts';

type Filter = ValueSetComposeIncludeFilter;

/**
 * The codes of a code system that pass a filter of a value set; undefined where it cannot be judged: an operator or property that is
 * not known, a concept that is not there, a regular expression that cannot be read or takes too long.
 * https://hl7.org/fhir/R4/valueset-filter-operator.html
 */
export const passingCodes = (filter: Filter, codeSystem: CodeSystemConcepts): ReadonlySet<string> | undefined => {
  const { property, op, value } = filter;
  switch (op) {
    case 'is-a':
    case 'descendent-of':
    case 'is-not-a':
    case 'generalizes':
      return codeSystem.concepts.has(value) ? inHierarchy(op, value, codeSystem) : undefined;
    default: {
      const valuesOf = valuesReader(property, codeSystem);
      return valuesOf && passingValues(filter, [...codeSystem.concepts.values()], valuesOf);
    }
  }
};

const inHierarchy = (op: string, value: string, codeSystem: CodeSystemConcepts): ReadonlySet<string> => {
  if (op === 'generalizes') return ancestorsOf(value, codeSystem).add(value);
  const descendants = codeSystem.descendants(value);
  if (op === 'descendent-of') return descendants;
  const withItself = new Set(descendants).add(value);
  return op === 'is-a' ? withItself : new Set(codeSystem.concepts.keys()).difference(withItself);
};

const ancestorsOf = (code: string, { parents }: CodeSystemConcepts): Set<string> => {
  const found = new Set<string>();
  const waiting = [...parents(code)];
  for (let each = waiting.pop(); each !== undefined; each = waiting.pop()) {
    if (found.has(each)) continue;
    found.add(each);
    waiting.push(...parents(each));
  }
  return found;
};

/** Reads a property of a concept as texts; undefined where neither the code system nor any concept knows it. */
const valuesReader = (
  property: string,
  codeSystem: CodeSystemConcepts,
): ((concept: Concept) => readonly string[]) | undefined => {
  const { definition, concepts, propertyName } = codeSystem;
  switch (propertyName(property)) {
    case 'concept':
    case 'code':
      return ({ code }) => [code];
    case 'display':
      return ({ display }) => (display === undefined ? [] : [display]);
    case 'designation':
      return ({ designations }) => designations.map(({ value }) => value);
    case 'parent':
      return ({ code }) => codeSystem.parents(code);
    case 'child':
      return ({ code }) => codeSystem.children(code);
    case 'inactive':
      return ({ inactive }) => [`${inactive}`];
    case 'notSelectable':
      return ({ abstract }) => [`${abstract}`];
    default: {
      const read = ({ properties }: Concept): string[] =>
        properties.filter(({ code }) => code === property).map(propertyText);
      const isDeclared = definition.property?.some(({ code }) => code === property) === true;
      return isDeclared || concepts.values().some(concept => read(concept).length > 0) ? read : undefined;
    }
  }
};

const passingValues = (
  { op, value }: Filter,
  concepts: readonly Concept[],
  valuesOf: (concept: Concept) => readonly string[],
): ReadonlySet<string> | undefined => {
  const passes = valueTest(op, value, () => concepts.flatMap(valuesOf));
  return passes && new Set(concepts.filter(concept => passes(valuesOf(concept))).map(({ code }) => code));
};

const valueTest = (
  op: string,
  value: string,
  allValues: () => string[],
): ((values: readonly string[]) => boolean) | undefined => {
  const list = new Set(value.split(',').map(each => each.trim()));
  switch (op) {
    case '=':
      return values => values.includes(value);
    case 'in':
      return values => values.some(each => list.has(each));
    case 'not-in':
      return values => !values.some(each => list.has(each));
    case 'exists':
      return values => values.length > 0 === (value === 'true');
    case 'regex': {
      const matching = matchingTexts(value, allValues());
      return matching && (values => values.some(each => matching.has(each)));
    }
    default:
      return undefined;
  }
};
