import type { CodeSystem, CodeSystemConcept, ValueSetComposeIncludeFilter } from 'fhir/r4.js';

/** `others` is what a code that is not among them is: `no` when the code system is loaded whole. */
export interface KnownCodes {
  codes: ReadonlySet<string>;
  others: 'no' | 'unknown';
}

interface Hierarchy {
  concepts: ReadonlyMap<string, CodeSystemConcept>;
  children: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * The codes of a code system that pass all of the filters; undefined when its content is not loaded or a filter cannot be judged.
 * Knows is-a, descendent-of, is-not-a, generalizes on the hierarchy, and =, in, not-in, exists, regex on properties.
 * https://hl7.org/fhir/R4/valueset-filter-operator.html
 */
export const codeSystemCodes = (
  codeSystem: CodeSystem,
  filters: readonly ValueSetComposeIncludeFilter[],
): KnownCodes | undefined => {
  if (codeSystem.content === 'not-present' || codeSystem.content === 'supplement') return undefined;
  const hierarchy = hierarchyOf(codeSystem);
  let codes: ReadonlySet<string> = new Set(hierarchy.concepts.keys());
  for (const filter of filters) {
    const passing = codesPassing(filter, hierarchy);
    if (passing === undefined) return undefined;
    codes = codes.intersection(passing);
  }
  return { codes, others: codeSystem.content === 'complete' ? 'no' : 'unknown' };
};

/** A concept may have several parents: by nesting, and by the properties child, parent and subsumedBy. */
const hierarchyOf = (codeSystem: CodeSystem): Hierarchy => {
  const concepts = new Map<string, CodeSystemConcept>();
  const children = new Map<string, Set<string>>();
  const relate = (parent: string, child: string): void => {
    children.set(parent, (children.get(parent) ?? new Set()).add(child));
  };
  const walk = (list: readonly CodeSystemConcept[], parent?: string): void => {
    for (const concept of list) {
      concepts.set(concept.code, concept);
      if (parent !== undefined) relate(parent, concept.code);
      for (const { code, valueCode } of concept.property ?? []) {
        if (valueCode === undefined) continue;
        if (code === 'child') relate(concept.code, valueCode);
        if (code === 'parent' || code === 'subsumedBy') relate(valueCode, concept.code);
      }
      walk(concept.concept ?? [], concept.code);
    }
  };
  walk(codeSystem.concept ?? []);
  return { concepts, children };
};

const codesPassing = (
  { property, op, value }: ValueSetComposeIncludeFilter,
  hierarchy: Hierarchy,
): ReadonlySet<string> | undefined => {
  const { concepts } = hierarchy;
  const all = (): Set<string> => new Set(concepts.keys());
  const isOnCode = property === 'concept' || property === 'code';
  if (['is-a', 'descendent-of', 'is-not-a', 'generalizes'].includes(op)) {
    if (!concepts.has(value)) return undefined;
    const descendants = descendantsOf(value, hierarchy);
    if (op === 'descendent-of') return descendants;
    if (op === 'is-a') return descendants.add(value);
    if (op === 'is-not-a') return all().difference(descendants.add(value));
    return new Set([...all()].filter(code => code === value || descendantsOf(code, hierarchy).has(value)));
  }
  const valuesOf = ({ code, display, property: properties = [] }: CodeSystemConcept): string[] => {
    if (isOnCode) return [code];
    if (property === 'display') return display === undefined ? [] : [display];
    return properties.filter(each => each.code === property).map(propertyValue);
  };
  if (![...concepts.values()].some(concept => valuesOf(concept).length > 0)) return undefined;
  const passes = valueTest(op, value);
  if (passes === undefined) return undefined;
  return new Set([...concepts.values()].filter(concept => passes(valuesOf(concept))).map(({ code }) => code));
};

const valueTest = (op: string, value: string): ((values: string[]) => boolean) | undefined => {
  const asked = value.split(',').map(each => each.trim());
  switch (op) {
    case '=':
      return values => values.includes(value);
    case 'in':
      return values => values.some(each => asked.includes(each));
    case 'not-in':
      return values => !values.some(each => asked.includes(each));
    case 'exists':
      return values => values.length > 0 === (value === 'true');
    case 'regex': {
      const pattern = new RegExp(`^(?:${value})$`);
      return values => values.some(each => pattern.test(each));
    }
    default:
      return undefined;
  }
};

const propertyValue = (property: NonNullable<CodeSystemConcept['property']>[number]): string => {
  const { valueCode, valueString, valueInteger, valueBoolean, valueDateTime, valueDecimal, valueCoding } = property;
  return `${valueCode ?? valueString ?? valueInteger ?? valueBoolean ?? valueDateTime ?? valueDecimal ?? valueCoding?.code}`;
};

const descendantsOf = (ancestor: string, { children }: Hierarchy): Set<string> => {
  const found = new Set<string>();
  const walk = (code: string): void => {
    for (const child of children.get(code) ?? []) {
      if (found.has(child)) continue;
      found.add(child);
      walk(child);
    }
  };
  walk(ancestor);
  return found;
};
