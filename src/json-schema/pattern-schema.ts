import { isJsonObject, type Json } from '../fhir/resource.ts';
import type { JsonSchema } from './json-schema.ts';

/**
 * What `pattern[x]` asks of a value: an object has at least the members of the pattern, an array at least one item like each of the
 * pattern's. https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.pattern_x_
 */
export const patternSchema = (pattern: Json): JsonSchema => {
  if (Array.isArray(pattern)) {
    const [only, ...others] = pattern.map(item => ({ type: 'array', contains: patternSchema(item) }));
    return others.length === 0 && only !== undefined
      ? only
      : { allOf: [only, ...others].filter(each => each !== undefined) };
  }
  if (!isJsonObject(pattern)) return { const: pattern };
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(pattern).map(([name, wanted]) => [name, patternSchema(wanted)])),
    required: Object.keys(pattern),
  };
};
