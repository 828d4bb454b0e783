import { isUtf8 } from 'node:buffer';
import { duplicateKey } from './duplicate-key.ts';
import { parseExact } from './exact-json.ts';
import { refuse } from './fhir-error.ts';
import { jsonErrorPosition } from './json-error-position.ts';
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

const countMembers = (value: unknown): number => {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += countMembers(item);
  } else {
    for (const name in value) count += 1 + countMembers((value as Record<string, unknown>)[name]);
  }
  return count;
};

/** Says where a text stops being JSON. */
const whereBroken = (text: string): string => {
  if (text.trim() === '') return 'it is empty';
  if (text.startsWith('\uFEFF')) return 'it begins with a byte order mark, which JSON must not have';
  const position = jsonErrorPosition(text);
  const before = text.slice(0, position).split('\n');
  const place = `line ${before.length}, column ${before.at(-1)!.length + 1}`;
  return position === text.length ? `it ends too early, at ${place}` : `error at ${place}`;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw refuse('json-malformed', `The body is not JSON: ${whereBroken(text)}. Send one complete JSON object.`);
  }
};

const withExact = (resource: Resource, text: string, scan: JsonScan): ParsedResource => ({
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
  if (!isUtf8(body)) throw refuse('json-encoding', 'The body is not valid UTF-8. Send JSON encoded in UTF-8.');
  const text = body.toString('utf8');
  const scan = scanJson(text);
  if (scan.depth > maxDepth) {
    throw refuse('json-too-deep', `The body is nested ${scan.depth} levels deep; at most ${maxDepth} are accepted.`);
  }
  const value = parseJson(text);
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
  if (countMembers(value) !== scan.memberCount) {
    const path = duplicateKey(text) ?? 'an object';
    throw refuse('json-duplicate-key', `${path} is there twice in the same object. Remove one of the two.`);
  }
  return withExact(value as Resource, text, scan);
};

/** As `parseResource`, for a text that was judged before: stored, or part of a body that was read. */
export const parseStored = (text: string): ParsedResource =>
  withExact(JSON.parse(text) as Resource, text, scanJson(text));
