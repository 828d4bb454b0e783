import { isRawNumber } from '../fhir/exact-json.ts';
import type { Ast } from '../fhir/fhirpath/ast.ts';
import { isSubtype } from '../fhir/fhirpath/element-types.ts';
import type { Json, JsonObject } from '../fhir/resource.ts';
import { sameJson } from '../fhir/same-content.ts';
import { type Item, readItems } from './element-items.ts';
import type { ElementShape, Form, Shape } from './element-shape.ts';
import { isObject } from './json-members.ts';

/** Where a value stands: in which object, under which name, and the how manieth of its element it is. */
export interface Place {
  holder: JsonObject;
  element: ElementShape;
  form: Form;
  index: number;
  item: Item;
}

/** What paths go through: the object that a value is, or the twin of a primitive, and what may stand in it. */
export interface Node {
  object: JsonObject;
  shape: Shape;
}

/** What cannot be part of the path of a patch, in words for whoever wrote it. */
export class PathUnsupported extends Error {}

/** Bounds the places that are looked at, over all operations of a patch. */
export type Spend = () => void;

const SUPPORTED =
  'Paths are made of element names, indexes like [0], where(...), first(), last(), single(), ofType(...) and extension(...).';
const CRITERIA =
  'where(...) takes comparisons of elements with a text, a number or a boolean (= and !=), exists(), empty(), not(), and, or.';

/** What is below a place; undefined where nothing can be. */
export const nodeAt = ({ form, item }: Place): Node | undefined => {
  const object = form.isPrimitive ? item.twin : item.value;
  if (!isObject(object)) return undefined;
  const shape = form.below(object);
  return shape === undefined ? undefined : { object, shape };
};

const below = ({ object, shape }: Node, name: string, spend: Spend): Place[] => {
  const element = shape.element(name);
  if (element === undefined) {
    // Other items of a list may be of a type that has it; nothing is at this place.
    return [];
  }
  return element.forms.flatMap(form =>
    readItems(object, form.member).map((item, index) => {
      spend();
      return { holder: object, element, form, index, item };
    }),
  );
};

const isOfType = ({ form, item }: Place, type: string): boolean => {
  const name = type.replace(/^FHIR\./, '');
  const found = form.type === 'Resource' && isObject(item.value) ? String(item.value.resourceType) : form.type;
  return found === name || (name !== 'Element' && isSubtype(found, name));
};

const literalOf = (ast: Ast): Json | undefined => {
  if (ast.kind === 'literal') return ast.value;
  if (ast.kind === 'sign' && ast.operand.kind === 'literal' && typeof ast.operand.value === 'number') {
    return ast.negative ? -ast.operand.value : ast.operand.value;
  }
  return undefined;
};

const isSame = (value: Json, literal: Json): boolean =>
  typeof literal === 'number'
    ? (isRawNumber(value) || typeof value === 'number') && sameJson(value, literal)
    : value === literal;

const valuesOf = (ast: Ast, nodes: readonly Place[], spend: Spend): Json[] =>
  placesFrom(ast, nodes, spend).flatMap(({ item }) => (item.value === undefined ? [] : [item.value]));

/** Whether criteria hold for a place; an element that is not there equals nothing. */
const holds = (ast: Ast, place: Place, spend: Spend): boolean => {
  if (ast.kind === 'binary' && (ast.operator === 'and' || ast.operator === 'or')) {
    const left = holds(ast.left, place, spend);
    return ast.operator === 'and' ? left && holds(ast.right, place, spend) : left || holds(ast.right, place, spend);
  }
  if (ast.kind === 'binary' && (ast.operator === '=' || ast.operator === '!=')) {
    const [path, literal] =
      literalOf(ast.left) === undefined ? [ast.left, literalOf(ast.right)] : [ast.right, literalOf(ast.left)];
    if (literal === undefined) throw new PathUnsupported(CRITERIA);
    const values = valuesOf(path, [place], spend);
    return values.length === 1 && isSame(values[0]!, literal) === (ast.operator === '=');
  }
  if (ast.kind === 'call' && ast.of !== undefined && ast.name === 'not' && ast.args.length === 0) {
    return !holds(ast.of, place, spend);
  }
  if (
    ast.kind === 'call' &&
    ast.of !== undefined &&
    (ast.name === 'exists' || ast.name === 'empty') &&
    ast.args.length === 0
  ) {
    return placesFrom(ast.of, [place], spend).length > 0 === (ast.name === 'exists');
  }
  if (ast.kind === 'member') {
    const [value, ...others] = valuesOf(ast, [place], spend);
    return value === true && others.length === 0;
  }
  throw new PathUnsupported(CRITERIA);
};

const called = (ast: Extract<Ast, { kind: 'call' }>, places: readonly Place[], spend: Spend): Place[] => {
  const [argument, ...others] = ast.args;
  if (argument === undefined) {
    if (ast.name === 'first') return places.slice(0, 1);
    if (ast.name === 'last') return places.slice(-1);
    if (ast.name === 'single') return [...places];
  } else if (others.length === 0) {
    if (ast.name === 'where') return places.filter(place => holds(argument, place, spend));
    if ((ast.name === 'ofType' || ast.name === 'as') && argument.kind === 'member') {
      const { name } = argument;
      return places.filter(place => isOfType(place, name));
    }
    if (ast.name === 'extension' && argument.kind === 'literal') {
      return step(places, 'extension', spend).filter(
        ({ item }) => isObject(item.value) && item.value.url === argument.value,
      );
    }
  }
  throw new PathUnsupported(SUPPORTED);
};

const step = (places: readonly Place[], name: string, spend: Spend): Place[] =>
  places.flatMap(place => {
    const node = nodeAt(place);
    return node === undefined ? [] : below(node, name, spend);
  });

/** The places that a path leads to from others. @throws {PathUnsupported} */
const placesFrom = (ast: Ast, from: readonly Place[], spend: Spend): Place[] => {
  switch (ast.kind) {
    case 'variable':
      if (ast.name === '$this') return [...from];
      break;
    case 'member':
      return step(ast.of === undefined ? from : placesFrom(ast.of, from, spend), ast.name, spend);
    case 'index': {
      const at = literalOf(ast.at);
      if (typeof at !== 'number') break;
      const found = placesFrom(ast.of, from, spend)[at];
      return found === undefined ? [] : [found];
    }
    case 'call':
      return called(ast, ast.of === undefined ? from : placesFrom(ast.of, from, spend), spend);
    case 'type':
      if (ast.operator === 'as') return placesFrom(ast.operand, from, spend).filter(place => isOfType(place, ast.type));
      break;
  }
  throw new PathUnsupported(SUPPORTED);
};

/** Whether a path is the resource itself: its type, or a type that all resources have. */
export const isRootPath = (ast: Ast, resourceType: string): boolean =>
  ast.kind === 'member' && ast.of === undefined && [resourceType, 'Resource', 'DomainResource'].includes(ast.name);

/**
 * The places in a resource that a path leads to, in their order. Paths begin with the type (`Patient.name[0]`) or without it.
 * The resource itself is the one place whose `holder` has it as `resource`.
 * @throws {PathUnsupported} for what is FHIRPath, but no way to a place here
 */
export const findPlaces = (ast: Ast, resource: JsonObject, shape: Shape, spend: Spend): Place[] => {
  const form: Form = {
    type: String(resource.resourceType),
    member: 'resource',
    isPrimitive: false,
    below: () => shape,
  };
  const root: Place = {
    holder: { resource },
    element: { repeats: false, forms: [form] },
    form,
    index: 0,
    item: { value: resource },
  };
  const isRoot = (each: Ast): boolean => isRootPath(each, form.type);
  /** The same path without the type in front. */
  const withoutRoot = (each: Ast): Ast => {
    if (isRoot(each)) return { kind: 'variable', name: '$this' };
    if ((each.kind === 'member' || each.kind === 'call') && each.of !== undefined)
      return { ...each, of: withoutRoot(each.of) };
    if (each.kind === 'index') return { ...each, of: withoutRoot(each.of) };
    if (each.kind === 'type') return { ...each, operand: withoutRoot(each.operand) };
    return each;
  };
  return placesFrom(withoutRoot(ast), [root], spend);
};
