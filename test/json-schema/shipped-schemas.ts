import { globSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import type { Definitions } from '../../src/definitions/definitions.ts';
import { loadDefinitions } from '../../src/definitions/load-definitions.ts';
import type { JsonObject } from '../../src/fhir/resource.ts';
import { buildJsonSchema } from '../../src/json-schema/build-json-schema.ts';
import type { JsonSchema } from '../../src/json-schema/json-schema.ts';

/** The shipped definitions, and their schemas as ajv reads them: strictly, and with a warning counted as an error. */

const root = new URL('../../', import.meta.url).pathname;

export const shipped = loadDefinitions({
  folders: ['r4', 'openimis', 'kiungo'].map(set => `${root}profiles/${set}`),
  packages: [],
});

/** The canonicals of all StructureDefinitions that are shipped. */
export const structureUrls: readonly string[] = globSync('profiles/*/StructureDefinition-*.json', { cwd: root })
  .map(file => file.replace(/^.*\/StructureDefinition-|\.json$/g, ''))
  .map(id => `${shipped.conformanceResource('StructureDefinition', id)?.url}`)
  .sort();

/** The schema of a loaded definition, by its canonical or by the name of a type. */
export const schemaOf = (urlOrName: string, definitions: Definitions = shipped): JsonSchema =>
  buildJsonSchema(definitions.structureDefinition(urlOrName)!, definitions);

const refuse = (...message: unknown[]): never => {
  throw new Error(message.join(' '));
};
const ajv = new Ajv({
  strict: true,
  // `required` stands apart from `properties` where one of several names is enough, which this does not see.
  strictRequired: false,
  logger: { log: refuse, warn: refuse, error: refuse },
  // Most of the time would go into that.
  code: { optimize: false },
});
const compiled = new WeakMap<JsonSchema, ValidateFunction>();

/** A schema compiled. Throws where it is not one, and where ajv warns of anything. */
export const compile = (schema: JsonSchema): ValidateFunction => {
  let check = compiled.get(schema);
  if (check === undefined) {
    const { $id: _, ...rest } = schema;
    check = ajv.compile(rest);
    compiled.set(schema, check);
  }
  return check;
};

/** Whether the schema takes the value. */
export const takes = (schema: JsonSchema, value: unknown): boolean => compile(schema)(value) as boolean;

/** The part of a schema that a path of names leads to. */
export const partOf = (schema: JsonSchema, ...path: string[]): JsonObject | undefined =>
  path.reduce<JsonObject | undefined>((part, name) => part?.[name] as JsonObject | undefined, schema);
