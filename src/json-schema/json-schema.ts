import type { JsonObject } from '../fhir/resource.ts';

/** A JSON Schema of draft-07. https://json-schema.org/draft-07/json-schema-release-notes */
export type JsonSchema = JsonObject;

export const DRAFT = 'http://json-schema.org/draft-07/schema#';
