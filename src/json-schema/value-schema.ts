import type { Definitions, ElementDefinition } from '../definitions/definitions.ts';
import { isJsonObject, type Json } from '../fhir/resource.ts';
import { valueFor } from '../validation/snapshot-tree.ts';
import type { JsonSchema } from './json-schema.ts';
import { listedCodes } from './listed-codes.ts';
import { patternSchema } from './pattern-schema.ts';
import { primitiveSchemas } from './primitive-schemas.ts';

/** The value that every value of the element must be or be like, where there is one. */
export const certainValue = (definition: ElementDefinition): Json | undefined =>
  (valueFor(definition, 'fixed') ?? valueFor(definition, 'pattern')) as Json | undefined;

/**
 * The schema of one value of an element: what its type asks for, under the reference `type`, and what the element asks beyond that: a
 * fixed value or pattern, a few allowed codes, limits.
 */
export const valueSchema = (
  definition: ElementDefinition,
  code: string,
  type: JsonSchema,
  definitions: Definitions,
): JsonSchema => {
  const primitive = primitiveSchemas[code];
  const certain = certainValue(definition);
  if (certain !== undefined) {
    const isLike = isJsonObject(certain) && valueFor(definition, 'fixed') === undefined;
    if (isLike) return { allOf: [type, patternSchema(certain)] };
    return { ...(primitive === undefined ? {} : { type: primitive.type! }), const: certain };
  }
  if (primitive === undefined) return type;
  const codes = primitive.type === 'string' ? requiredCodes(definition, definitions) : undefined;
  if (codes !== undefined) return { type: 'string', enum: codes };
  const limits = limitsOf(definition);
  return Object.keys(limits).length === 0 ? type : { ...primitive, ...limits };
};

const requiredCodes = ({ binding }: ElementDefinition, definitions: Definitions): string[] | undefined =>
  binding?.strength === 'required' && binding.valueSet !== undefined
    ? listedCodes(definitions.valueSet(binding.valueSet))
    : undefined;

/** Limits of days and times are left out: they are compared as texts of unequal length. */
const limitsOf = (definition: ElementDefinition): JsonSchema => {
  const least = valueFor(definition, 'minValue');
  const most = valueFor(definition, 'maxValue');
  return {
    ...(definition.maxLength === undefined ? {} : { maxLength: definition.maxLength }),
    ...(typeof least === 'number' ? { minimum: least } : {}),
    ...(typeof most === 'number' ? { maximum: most } : {}),
  };
};
