import { type FhirError, refuse } from '../fhir/fhir-error.ts';
import type { Ast } from '../fhir/fhirpath/ast.ts';
import type { Json, JsonObject } from '../fhir/resource.ts';
import { type Item, readItems, writeItems } from './element-items.ts';
import type { ElementShape, Form, Shape } from './element-shape.ts';
import { findPlaces, isRootPath, type Node, nodeAt, PathUnsupported, type Place, type Spend } from './find-places.ts';
import { isObject } from './json-members.ts';
import type { Patch } from './patch.ts';
import { fitValue, requireElement, ValueMisfit } from './patch-value.ts';
import { malformed, type PathOperation, readPathOperations } from './read-path-operations.ts';

/** More would take longer than other requests should wait. */
const MOST_PLACES = 1_000_000;

/** A resource while it is patched. */
interface Patched {
  resource: JsonObject;
  shape: Shape;
  spend: Spend;
}

const failed = ({ at, type }: PathOperation, text: string): FhirError =>
  refuse('patch-failed', `Operation ${at} of the FHIRPath Patch (${type}) does not fit the resource: ${text}`);

const shown = ({ path }: PathOperation): string => path.slice(0, 200);

const placesOf = ({ resource, shape, spend }: Patched, ast: Ast): Place[] => findPlaces(ast, resource, shape, spend);

/** The one place that the path leads to. @throws {FhirError} 409 for none or several */
const onePlace = (patched: Patched, ast: Ast, operation: PathOperation): Place => {
  const [place, ...others] = placesOf(patched, ast);
  if (place === undefined) throw failed(operation, `there is nothing at ${shown(operation)}.`);
  if (others.length === 0) return place;
  throw failed(
    operation,
    `${shown(operation)} leads to ${others.length + 1} elements. Add an index like [0], or where(...), until it leads to one.`,
  );
};

/** What is at a place, to put something into; a primitive that has no extensions yet gets the object for them. */
const nodeFor = (place: Place, operation: PathOperation): Node => {
  const { form, holder, element, index } = place;
  if (form.isPrimitive && place.item.twin === undefined) {
    const items = readItems(holder, form.member);
    place.item = items[index] = { ...items[index], twin: {} };
    writeItems(holder, form.member, items, element.repeats);
  }
  const node = nodeAt(place);
  if (node === undefined) throw failed(operation, `${shown(operation)} can have no elements.`);
  return node;
};

const change = ({ holder, form, element }: Place, edit: (items: Item[]) => void): void => {
  const items = readItems(holder, form.member);
  edit(items);
  writeItems(holder, form.member, items, element.repeats);
};

const add = (patched: Patched, operation: PathOperation): void => {
  const { name, value, ast } = operation;
  const { object, shape } = nodeFor(onePlace(patched, ast, operation), operation);
  const element = requireElement(shape, name);
  const there = element.forms.flatMap(({ member }) => readItems(object, member));
  if (there.length > 0 && !element.repeats) throw failed(operation, `"${name}" is there already. Use replace.`);
  const { form, item } = fitValue(value, element, name);
  writeItems(object, form.member, [...there, item], element.repeats);
};

/** The list that a path names: its last step must be the name of an element. */
const listAt = (
  patched: Patched,
  operation: PathOperation,
): { object: JsonObject; element: ElementShape; form: Form; name: string; items: Item[] } => {
  const { ast } = operation;
  if (ast.kind !== 'member' || isRootPath(ast, String(patched.resource.resourceType))) {
    throw malformed(operation.at, `needs a path that ends with the name of a list, like "Patient.name".`);
  }
  const { name, of = { kind: 'variable', name: '$this' } } = ast;
  const { object, shape } = nodeFor(onePlace(patched, of, operation), operation);
  const element = requireElement(shape, name);
  const [form] = element.forms;
  if (!element.repeats || form === undefined) throw new ValueMisfit(`"${name}" is no list. Use add or replace.`);
  return { object, element, form, name, items: readItems(object, form.member) };
};

const requireIndex = (operation: PathOperation, name: string, index: number, most: number): void => {
  if (index <= most) return;
  const range = most < 0 ? 'the list is empty' : `it goes from 0 to ${most}`;
  throw failed(operation, `"${name}" is ${index}, but ${range}.`);
};

const insert = (patched: Patched, operation: PathOperation): void => {
  const { object, element, name, items } = listAt(patched, operation);
  requireIndex(operation, 'index', operation.index, items.length);
  const { form, item } = fitValue(operation.value, element, name);
  items.splice(operation.index, 0, item);
  writeItems(object, form.member, items, true);
};

const move = (patched: Patched, operation: PathOperation): void => {
  const { object, form, items } = listAt(patched, operation);
  requireIndex(operation, 'source', operation.source, items.length - 1);
  requireIndex(operation, 'destination', operation.destination, items.length - 1);
  items.splice(operation.destination, 0, ...items.splice(operation.source, 1));
  writeItems(object, form.member, items, true);
};

const remove = (patched: Patched, operation: PathOperation): void => {
  if (placesOf(patched, operation.ast).length === 0) return;
  const place = onePlace(patched, operation.ast, operation);
  change(place, items => items.splice(place.index, 1));
};

const nameOf = ({ form }: Place): string => form.member;

const replace = (patched: Patched, operation: PathOperation): void => {
  const place = onePlace(patched, operation.ast, operation);
  const { form, item } = fitValue(operation.value, place.element, nameOf(place));
  if (form !== place.form) change(place, items => items.splice(0));
  change({ ...place, form }, items => items.splice(place.index, 1, item));
};

const CHANGES: Record<PathOperation['type'], (patched: Patched, operation: PathOperation) => void> = {
  add,
  insert,
  move,
  replace,
  delete: remove,
};

const applyOperation = (patched: Patched, operation: PathOperation): void => {
  const { type, ast, at } = operation;
  if (type !== 'add' && isRootPath(ast, String(patched.resource.resourceType))) {
    throw malformed(at, 'names the whole resource. Use PUT to replace it, DELETE to delete it.');
  }
  try {
    CHANGES[type](patched, operation);
  } catch (error) {
    if (error instanceof PathUnsupported) throw malformed(at, `has a path that leads to no place. ${error.message}`);
    if (error instanceof ValueMisfit) throw malformed(at, `does not fit: ${error.message}`);
    throw error;
  }
};

const spendAtMost = (most: number): Spend => {
  let spent = 0;
  return () => {
    if (++spent <= most) return;
    throw refuse('body-too-large', 'The FHIRPath Patch looks at too many elements. Send fewer operations, or use PUT.');
  };
};

/**
 * Reads a FHIRPath Patch from the text of a Parameters resource: its operations are done one after the other, all or none. A path must
 * lead to places: names, indexes and a few functions; what FHIRPath computes is no place.
 * @throws {FhirError} 400 where it is none
 * https://hl7.org/fhir/R4/fhirpatch.html
 */
export const readFhirPathPatch = (text: string): Patch => {
  const operations = readPathOperations(text);
  return (document: Json, _limits, shapeOf) => {
    const shape = isObject(document) ? shapeOf(String(document.resourceType)) : undefined;
    if (!isObject(document) || shape === undefined) throw refuse('patch-failed', 'The resource is of no known type.');
    const patched: Patched = { resource: document, shape, spend: spendAtMost(MOST_PLACES) };
    for (const operation of operations) applyOperation(patched, operation);
    return document;
  };
};
