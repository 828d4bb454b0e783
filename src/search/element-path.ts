import type { Definitions } from '../definitions/definitions.ts';

/** The way from a resource to elements of one FHIR data type, by the names that JSON has for them. */
export interface ElementPath {
  steps: readonly Step[];
  type: string;
  /** The value set that the element must take its codes from. */
  valueSet?: string;
}

/** One step down: the name of a JSON property, and what must hold of the items that are followed. */
export interface Step {
  name: string;
  condition?: Condition;
}

/** `where(resolve() is Patient)` or `where(system='phone')`. */
export type Condition = { targetType: string } | { element: string; equals: string };

interface Name {
  name: string;
  type?: string;
  condition?: Condition;
}

/** The alternatives of an expression, `A | B`, that may begin at a resource of the type. */
export function alternativesFor(resourceType: string, expression: string): string[] {
  return splitAlternatives(expression).filter(part => {
    const root = /^[( ]*([A-Za-z]+)/.exec(part)?.[1];
    return root === undefined || /^[a-z]/.test(root) || [resourceType, 'DomainResource', 'Resource'].includes(root);
  });
}

function splitAlternatives(expression: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let index = 0; index < expression.length; index += 1) {
    const character = expression[index];
    if (character === "'" && expression[index - 1] !== '\\') quoted = !quoted;
    if (quoted) continue;
    if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    else if (character === '|' && depth === 0) {
      parts.push(expression.slice(start, index).trim());
      start = index + 1;
    }
  }
  parts.push(expression.slice(start).trim());
  return parts;
}

/**
 * The element paths of one alternative, one per data type where an element is a choice. Undefined when the expression is more than
 * names, casts and the two conditions above, or names an element that the type does not have: then FHIRPath must evaluate it.
 */
export function elementPaths(
  alternative: string,
  resourceType: string,
  definitions: Definitions,
): ElementPath[] | undefined {
  const names = parseNames(alternative);
  if (names === undefined) return undefined;
  const rooted = names[0] !== undefined && /^[A-Z]/.test(names[0].name) ? names.slice(1) : names;
  let places: Place[] = [{ steps: [], type: resourceType, path: resourceType, owner: resourceType }];
  for (const name of rooted) {
    places = places.flatMap(place => stepInto(place, name, definitions));
    if (places.length === 0) return undefined;
  }
  return places.map(({ steps, type, valueSet }) => ({ steps, type, ...(valueSet !== undefined && { valueSet }) }));
}

function parseNames(text: string): Name[] | undefined {
  const cast = /^\(\s*([^()]+?)\s+as\s+([A-Za-z]+)\s*\)(?:\.(.+))?$/.exec(text);
  if (cast !== null) {
    const before = parseNames(cast[1]!);
    const after = cast[3] === undefined ? [] : parseNames(cast[3]);
    const last = before?.at(-1);
    if (before === undefined || after === undefined || last === undefined) return undefined;
    last.type = cast[2]!;
    return [...before, ...after];
  }
  const segments = text.match(/(?:[^.()']|\((?:[^()']|'[^']*'|\([^()]*\))*\))+/g) ?? [];
  if (segments.join('.') !== text) return undefined;
  const names: Name[] = [];
  for (const segment of segments) {
    const last = names.at(-1);
    const typed = /^(?:as|ofType)\(\s*([A-Za-z]+)\s*\)$/.exec(segment);
    const resolved = /^where\(\s*resolve\(\)\s+is\s+([A-Za-z]+)\s*\)$/.exec(segment);
    const equal = /^where\(\s*([A-Za-z]+)\s*=\s*'([^'\\]*)'\s*\)$/.exec(segment);
    if (/^[A-Za-z]+[0-9]*$/.test(segment)) names.push({ name: segment });
    else if (last === undefined) return undefined;
    else if (typed !== null) last.type = typed[1]!;
    else if (last.condition !== undefined) return undefined;
    else if (resolved !== null) last.condition = { targetType: resolved[1]! };
    else if (equal !== null) last.condition = { element: equal[1]!, equals: equal[2]! };
    else return undefined;
  }
  return names;
}

/** Where a path has come to: `path` is the element's in the StructureDefinition of `owner`. */
interface Place extends ElementPath {
  path: string;
  owner: string;
}

function stepInto(place: Place, { name, type: wanted, condition }: Name, definitions: Definitions): Place[] {
  const inline = place.path === place.owner || INLINE.has(place.type);
  const owner = inline ? place.owner : place.type;
  const wantedPath = `${inline ? place.path : owner}.${name}`;
  const found = definitions
    .structureDefinition(owner)
    ?.snapshot.element.find(({ path }) => path === wantedPath || path === `${wantedPath}[x]`);
  if (found === undefined) return [];
  const step = (jsonName: string): Step =>
    condition === undefined ? { name: jsonName } : { name: jsonName, condition };
  if (found.contentReference !== undefined) {
    const path = found.contentReference.slice(found.contentReference.indexOf('#') + 1);
    return [{ steps: [...place.steps, step(name)], type: 'BackboneElement', path, owner }];
  }
  const { binding } = found;
  const bound =
    binding?.strength === 'required' && binding.valueSet !== undefined ? { valueSet: binding.valueSet } : {};
  const isChoice = found.path.endsWith('[x]');
  const types = [...new Set((found.type ?? []).map(({ code }) => (code.includes(':') ? 'string' : code)))];
  return types
    .filter(type => wanted === undefined || type === wanted || type === lowerFirst(wanted))
    .map(type => ({
      steps: [...place.steps, step(isChoice ? name + type[0]!.toUpperCase() + type.slice(1) : name)],
      type,
      path: found.path,
      owner,
      ...bound,
    }));
}

/** FHIRPath's names of primitive types begin with a capital in some expressions of R4: `value.as(DateTime)`. */
const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** Types whose elements stand in the StructureDefinition that uses them. */
const INLINE = new Set(['BackboneElement', 'Element']);
