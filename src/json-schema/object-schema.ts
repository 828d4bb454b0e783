import type { JsonSchema } from './json-schema.ts';
import type { ElementProperty, MergedElement } from './merge-elements.ts';

const TWIN: JsonSchema = { $ref: '#/definitions/Element' };
const NULL: JsonSchema = { type: 'null' };

/**
 * The schema of an object with these elements and no others. `valueSchema` says what one value of an element is; an element that must
 * have a certain value cannot be left to its `_name` alone. https://hl7.org/fhir/R4/json.html
 */
export const objectSchema = (
  elements: readonly MergedElement[],
  valueSchema: (element: MergedElement, property: ElementProperty) => JsonSchema,
  hasCertainValue: (element: MergedElement) => boolean,
): JsonSchema => {
  const properties: JsonSchema = {};
  const required: string[] = [];
  const alternatives: JsonSchema[] = [];
  for (const element of elements) {
    if (element.max === 0) continue;
    for (const property of element.properties) {
      const { name, twin } = property;
      properties[name] = propertySchema(element, twin, valueSchema(element, property));
      if (twin) properties[`_${name}`] = twinSchema(element);
    }
    if (element.min === 0) continue;
    const certain = hasCertainValue(element);
    const names = element.properties.flatMap(({ name, twin }) => (twin && !certain ? [name, `_${name}`] : [name]));
    const [only] = names;
    if (names.length === 1 && only !== undefined) required.push(only);
    else alternatives.push({ anyOf: names.map(name => ({ required: [name] })) });
  }
  const [only] = alternatives;
  return {
    type: 'object',
    properties,
    ...(required.length > 0 ? { required } : {}),
    ...(alternatives.length > 1 ? { allOf: alternatives } : only),
    minProperties: 1,
    additionalProperties: false,
  };
};

const propertySchema = (
  { repeats, min, max, profile, base }: MergedElement,
  twin: boolean,
  value: JsonSchema,
): JsonSchema => {
  const { short } = profile?.definition ?? base.definition;
  const said = short === undefined ? {} : { description: short };
  if (!repeats) return { ...said, ...value };
  return {
    ...said,
    type: 'array',
    // An item that has a twin only is null, and the twins may be more than the values.
    items: twin ? { anyOf: [value, NULL] } : value,
    minItems: twin ? 1 : Math.max(1, min),
    ...(Number.isFinite(max) ? { maxItems: max } : {}),
  };
};

const twinSchema = ({ repeats, max }: MergedElement): JsonSchema =>
  repeats
    ? {
        type: 'array',
        items: { anyOf: [TWIN, NULL] },
        minItems: 1,
        ...(Number.isFinite(max) ? { maxItems: max } : {}),
      }
    : TWIN;
