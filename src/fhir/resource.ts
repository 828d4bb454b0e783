/** Any value that a JSON text can hold. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** A JSON object. */
export type JsonObject = { [name: string]: Json };

/**
 * A FHIR resource as plain JSON. Decimals are JavaScript numbers here; their written form lives in the stored text only.
 * https://hl7.org/fhir/R4/json.html
 */
export type Resource = JsonObject & { resourceType: string; id?: string; meta?: JsonObject };

/** Whether a value is a JSON object: neither null nor an array. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
