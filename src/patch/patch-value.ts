import { isDataType, isSubtype } from '../fhir/fhirpath/element-types.ts';
import { nearestName } from '../fhir/nearest-name.ts';
import type { Json, JsonObject } from '../fhir/resource.ts';
import { type Item, readItems, writeItems } from './element-items.ts';
import type { ElementShape, Form, Shape } from './element-shape.ts';
import { copyOf, isObject } from './json-members.ts';

/** A value cannot stand where it is to go, in words for whoever wrote it. */
export class ValueMisfit extends Error {}

/** A value with the form of the element that it goes into. */
export interface Fitted {
  form: Form;
  item: Item;
}

const capital = (type: string): string => type.charAt(0).toUpperCase() + type.slice(1);

const fits = (type: string, suffix: string): boolean => {
  // Everything is an Element, and an element of that type is given by its parts.
  if (type === 'Element') return false;
  const given = isDataType(suffix) ? suffix : suffix.charAt(0).toLowerCase() + suffix.slice(1);
  return isSubtype(given, type) || isSubtype(type, given);
};

const formFor = ({ forms }: ElementShape, suffix: string, name: string): Form => {
  const form = forms.find(({ type }) => capital(type) === suffix) ?? forms.find(({ type }) => fits(type, suffix));
  if (form !== undefined) return form;
  const types = forms.map(({ type }) => (type === 'BackboneElement' ? 'parts' : `value${capital(type)}`));
  throw new ValueMisfit(`"${name}" is no value${suffix}. Send it as ${types.slice(0, 8).join(' or ')}.`);
};

/** The element of that name. @throws {ValueMisfit} naming the nearest one */
export const requireElement = (shape: Shape, name: string): ElementShape => {
  const element = shape.element(name);
  if (element !== undefined) return element;
  const nearest = nearestName(name, shape.names);
  const hint = nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
  throw new ValueMisfit(`there is no element "${name.slice(0, 64)}" at this place.${hint}`);
};

const fromParts = (parts: readonly Json[], element: ElementShape, name: string): Fitted => {
  const [form] = element.forms;
  const shape = element.forms.length === 1 && !form!.isPrimitive ? form!.below(undefined) : undefined;
  if (form === undefined || shape === undefined) throw new ValueMisfit(`"${name}" cannot be given by parts.`);
  const value: JsonObject = {};
  for (const part of parts) {
    if (!isObject(part) || typeof part.name !== 'string') throw new ValueMisfit('a part of the value has no name.');
    const child = requireElement(shape, part.name);
    const fitted = fitValue(part, child, part.name);
    const items = child.forms.flatMap(({ member }) => readItems(value, member));
    if (items.length > 0 && !child.repeats)
      throw new ValueMisfit(`"${part.name}" is there twice, and does not repeat.`);
    writeItems(value, fitted.form.member, [...items, fitted.item], child.repeats);
  }
  return { form, item: { value } };
};

/**
 * The value of a part of Parameters as it stands in an element: `value[x]` (with `_value[x]`), `resource`, or `part` for an element
 * that has no data type. `name` is that of the element, for messages.
 * @throws {ValueMisfit} where the element has no such type
 */
export const fitValue = (part: JsonObject, element: ElementShape, name: string): Fitted => {
  if (Array.isArray(part.part)) return fromParts(part.part, element, name);
  if (isObject(part.resource))
    return { form: formFor(element, 'Resource', name), item: { value: copyOf(part.resource) } };
  const key = Object.keys(part)
    .find(each => /^_?value[A-Z]/.test(each))
    ?.replace(/^_/, '');
  if (key === undefined) throw new ValueMisfit(`"${name}" has no value. Give value[x] (like valueString), or parts.`);
  const form = formFor(element, key.slice('value'.length), name);
  const { [key]: value, [`_${key}`]: twin } = part;
  const item: Item = {};
  if (value !== undefined && value !== null) item.value = copyOf(value);
  if (isObject(twin)) item.twin = copyOf(twin) as JsonObject;
  return { form, item };
};
