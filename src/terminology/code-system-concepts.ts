import type { CodeSystem, CodeSystemConcept } from 'fhir/r4.js';
import { type Concept, conceptOf, standardProperty } from './concept.ts';

/** A code system with all its concepts, as far as they are loaded. */
export interface CodeSystemConcepts {
  readonly definition: CodeSystem;
  readonly url: string;
  /** Whether a code that is not among the concepts is wrong: the system is loaded complete, and has no codes put together of others. */
  readonly whole: boolean;
  /** In the order of the definition; empty where the content is not loaded. */
  readonly concepts: ReadonlyMap<string, Concept>;
  /** Codes of the concepts that can be chosen: those that are not abstract. */
  readonly selectable: ReadonlySet<string>;
  /** The name that R4 gives to a property of this system. */
  propertyName(code: string): string;
  /** The concept of a code, written as the system's case rule allows. */
  find(code: string): Concept | undefined;
  /** Whether the system has the code; `unknown` where it is not loaded whole, or says not whether case matters. */
  judge(code: string): 'yes' | 'no' | 'unknown';
  parents(code: string): readonly string[];
  children(code: string): readonly string[];
  /** All that is below a concept, without itself. */
  descendants(code: string): ReadonlySet<string>;
}

/**
 * The concepts of a code system: nested ones, and those placed by the properties `parent` and `child`, with the designations and
 * properties of its supplements. Content that is not there (`not-present`, a supplement asked for by its own url) has no concepts.
 * https://hl7.org/fhir/R4/codesystem.html
 */
export const codeSystemConcepts = (
  definition: CodeSystem,
  supplements: readonly CodeSystem[] = [],
): CodeSystemConcepts => {
  const { content, caseSensitive, compositional } = definition;
  const isThere = content !== 'not-present' && content !== 'supplement';
  const propertyName = (code: string): string => standardProperty(definition, code);
  const added = new Map<string, CodeSystemConcept[]>();
  for (const supplement of supplements) {
    for (const { concept } of nested(supplement.concept)) {
      added.set(concept.code, [...(added.get(concept.code) ?? []), concept]);
    }
  }

  const concepts = new Map<string, Concept>();
  const parents = new Map<string, Set<string>>();
  const children = new Map<string, Set<string>>();
  const relate = (parent: string, child: string): void => {
    entryOf(children, parent).add(child);
    entryOf(parents, child).add(parent);
  };
  for (const { concept, parent } of isThere ? nested(definition.concept) : []) {
    const { code } = concept;
    concepts.set(code, conceptOf(concept, added.get(code) ?? [], propertyName));
    if (parent !== undefined) relate(parent, code);
    for (const property of concept.property ?? []) {
      const { valueCode } = property;
      if (valueCode === undefined) continue;
      const name = propertyName(property.code);
      if (name === 'child') relate(code, valueCode);
      if (name === 'parent') relate(valueCode, code);
    }
  }

  const whole = content === 'complete' && compositional !== true;
  const folded =
    caseSensitive === true ? undefined : new Map([...concepts].map(([code, each]) => [code.toLowerCase(), each]));
  return {
    definition,
    url: definition.url ?? '',
    whole,
    concepts,
    selectable: new Set([...concepts.values()].filter(each => !each.abstract).map(each => each.code)),
    propertyName,
    find: code => concepts.get(code) ?? (caseSensitive === false ? folded?.get(code.toLowerCase()) : undefined),
    judge(code) {
      if (concepts.has(code)) return 'yes';
      if (folded?.has(code.toLowerCase())) return caseSensitive === false ? 'yes' : 'unknown';
      return whole ? 'no' : 'unknown';
    },
    parents: code => [...(parents.get(code) ?? [])],
    children: code => [...(children.get(code) ?? [])],
    descendants: code => reachable(code, children),
  };
};

/** All concepts of a list with those in them, each with the code of the one that it stands in. */
function* nested(
  list: readonly CodeSystemConcept[] | undefined,
  parent?: string,
): Generator<{ concept: CodeSystemConcept; parent?: string }> {
  for (const concept of list ?? []) {
    yield parent === undefined ? { concept } : { concept, parent };
    yield* nested(concept.concept, concept.code);
  }
}

const entryOf = (map: Map<string, Set<string>>, key: string): Set<string> => {
  let entry = map.get(key);
  if (entry === undefined) {
    entry = new Set();
    map.set(key, entry);
  }
  return entry;
};

const reachable = (from: string, next: ReadonlyMap<string, ReadonlySet<string>>): Set<string> => {
  const found = new Set<string>();
  const waiting = [from];
  for (let code = waiting.pop(); code !== undefined; code = waiting.pop()) {
    for (const each of next.get(code) ?? []) {
      if (each === from || found.has(each)) continue;
      found.add(each);
      waiting.push(each);
    }
  }
  return found;
};
