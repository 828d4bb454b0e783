import { parseExact } from './exact-json.ts';
import { refuse } from './fhir-error.ts';
import { parseJson, requireUniqueNames } from './parse-json.ts';
import { isJsonObject, type Resource } from './resource.ts';
import { type JsonScan, scanJson } from './scan-json.ts';
import { type WrittenNumbers, writtenNumbers } from './written-numbers.ts';

/** A resource together with the text it came in. */
export interface ParsedResource {
  resource: Resource;
  /** The same resource, with numbers that JavaScript would change kept in their written form (`JSON.rawJSON`). */
  exact: Resource;
  text: string;
  scan: JsonScan;
  /** Where whole numbers are written with a point or an exponent, which integers must not be; undefined where none is. */
  written: WrittenNumbers | undefined;
}

/** A resource with the text that it was read from, judged before but for its numbers. */
export const withExact = (resource: Resource, text: string, scan: JsonScan): ParsedResource => ({
  resource,
  exact: scan.inexactNumbers ? (parseExact(text) as Resource) : resource,
  text,
  scan,
  written: scan.pointedWholes ? writtenNumbers(resource, text) : undefined,
});

/**
 * Reads a resource from the bytes of a request body. What is not one (bytes that are not UTF-8, no JSON, a name twice in one
 * object, deeper than `maxDepth`, no object, no resourceType) is refused with 400. Judges no element: that is validation's.
 * https://hl7.org/fhir/R4/json.html
 */
export const parseResource = (body: Buffer, maxDepth: number): ParsedResource => {
  const parsed = parseJson(body, maxDepth);
  const { value, text, scan } = parsed;
  if (!isJsonObject(value)) {
    throw refuse(
      'json-not-resource',
      'The body is not a JSON object. Send one FHIR resource, starting with {"resourceType": ...}.',
    );
  }
  if (typeof value.resourceType !== 'string' || value.resourceType === '') {
    throw refuse(
      'json-not-resource',
      'The body has no resourceType. Add the name of the FHIR resource type as a text.',
    );
  }
  requireUniqueNames(parsed);
  return withExact(value as Resource, text, scan);
};

/** As `parseResource`, for a text that was judged before: stored, or part of a body that was read. */
export const parseStored = (text: string): ParsedResource =>
  withExact(JSON.parse(text) as Resource, text, scanJson(text));
