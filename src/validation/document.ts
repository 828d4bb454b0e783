import { isJsonObject, type JsonObject, type Resource } from '../fhir/resource.ts';
import type { BundleFault } from './bundle-fault.ts';
import { bundledResource } from './bundled-resource.ts';

/** A Reference of the Composition that has to lead to an entry, with its expression below the Composition. */
interface Needed {
  readonly reference: string;
  readonly place: string;
}

const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

/** `names` are elements of `owner` that are References. */
function* needed(owner: JsonObject, names: readonly string[], below: string): Generator<Needed> {
  for (const name of names) {
    const value = owner[name];
    for (const [index, item] of listOf(value).entries()) {
      const place = `${below}${name}${Array.isArray(value) ? `[${index}]` : ''}`;
      if (isJsonObject(item) && typeof item.reference === 'string' && !item.reference.startsWith('#'))
        yield { reference: item.reference, place };
    }
  }
}

function* neededIn(owner: JsonObject, name: string, names: readonly string[], below = ''): Generator<Needed> {
  for (const [index, item] of listOf(owner[name]).entries()) {
    if (!isJsonObject(item)) continue;
    const place = `${below}${name}[${index}].`;
    yield* needed(item, names, place);
    if (name === 'section') yield* neededIn(item, name, names, place);
  }
}

function* neededBy(composition: JsonObject): Generator<Needed> {
  yield* needed(composition, ['subject', 'encounter', 'author', 'custodian'], '');
  yield* neededIn(composition, 'attester', ['party']);
  yield* neededIn(composition, 'event', ['detail']);
  yield* neededIn(composition, 'section', ['author', 'focus', 'entry']);
}

/** Every text in a value: whatever of them names an entry leads there, a Reference as well as the url of an Attachment. */
function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (Array.isArray(value)) for (const item of value) yield* textsIn(item);
  else if (isJsonObject(value)) for (const name in value) yield* textsIn(value[name]);
}

function targetsOf(bundle: Resource, entry: JsonObject): Set<Resource> {
  const targets = new Set<Resource>();
  for (const text of textsIn(entry.resource)) {
    const target = bundledResource(bundle, text);
    if (target !== undefined) targets.add(target);
  }
  return targets;
}

/** The resources that the first one leads to, and those that lead to one of them, as a Provenance does. */
function reachable(bundle: Resource, entries: readonly JsonObject[], first: Resource): Set<Resource> {
  const targets = new Map(entries.map(entry => [entry.resource as Resource, targetsOf(bundle, entry)]));
  const reached = new Set<Resource>([first]);
  const follow = () => {
    for (const resource of reached) for (const target of targets.get(resource) ?? []) reached.add(target);
  };
  follow();
  for (let before = 0; before < reached.size; ) {
    before = reached.size;
    for (const [resource, led] of targets)
      if (!reached.has(resource) && !led.isDisjointFrom(reached)) reached.add(resource);
    follow();
  }
  return reached;
}

/**
 * A document holds what its Composition refers to, and nothing that is not part of it. https://hl7.org/fhir/R4/documents.html#content
 */
export function* documentFaults(bundle: JsonObject, entries: readonly unknown[]): Generator<BundleFault> {
  const whole = bundle as Resource;
  const [first] = entries;
  const composition = isJsonObject(first) ? first.resource : undefined;
  if (!isJsonObject(composition) || composition.resourceType !== 'Composition') return;
  for (const { reference, place } of neededBy(composition)) {
    if (bundledResource(whole, reference) !== undefined) continue;
    yield {
      rule: 'bundle-document',
      place: `entry[0].resource.${place}`,
      text: 'The document holds no entry that this refers to. Add the entry, or correct the reference.',
    };
  }
  const held = entries.filter(entry => isJsonObject(entry)).filter(({ resource }) => isJsonObject(resource));
  const reached = reachable(whole, held, composition as Resource);
  for (const [index, entry] of entries.entries()) {
    if (!isJsonObject(entry) || !isJsonObject(entry.resource) || reached.has(entry.resource as Resource)) continue;
    yield {
      rule: 'bundle-document',
      place: `entry[${index}]`,
      text: 'Nothing in the document leads from the Composition to this entry. Refer to it, or remove it.',
    };
  }
}
