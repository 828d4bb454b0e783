import { isUtf8 } from 'node:buffer';
import { duplicateKey } from './duplicate-key.ts';
import { refuse } from './fhir-error.ts';
import { jsonErrorPosition } from './json-error-position.ts';
import { type JsonScan, scanJson } from './scan-json.ts';

/** A JSON value together with the text it came in. */
export interface ParsedJson {
  value: unknown;
  text: string;
  scan: JsonScan;
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

const parseText = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw refuse('json-malformed', `The body is not JSON: ${whereBroken(text)}. Send one complete JSON object.`);
  }
};

/** The text of a body. @throws {FhirError} 400 for bytes that are not UTF-8 */
export const readUtf8 = (body: Buffer): string => {
  if (!isUtf8(body)) throw refuse('json-encoding', 'The body is not valid UTF-8. Send JSON encoded in UTF-8.');
  return body.toString('utf8');
};

/** The scan of a text that is not nested too deeply. @throws {FhirError} 400 */
export const requireDepth = (scan: JsonScan, maxDepth: number): JsonScan => {
  if (scan.depth <= maxDepth) return scan;
  throw refuse('json-too-deep', `The body is nested ${scan.depth} levels deep; at most ${maxDepth} are accepted.`);
};

/**
 * Reads JSON from the bytes of a request body. What is not UTF-8, no JSON, or deeper than `maxDepth` is refused with 400. That no name
 * stands twice in one object is left to `requireUniqueNames`.
 */
export const parseJson = (body: Buffer, maxDepth: number): ParsedJson => {
  const text = readUtf8(body);
  const scan = requireDepth(scanJson(text), maxDepth);
  return { value: parseText(text), text, scan };
};

/** @throws {FhirError} 400 where a name stands twice in one object, so that one of two values is lost */
export const requireUniqueNames = ({ value, text, scan }: ParsedJson): void => {
  if (countMembers(value) === scan.memberCount) return;
  const path = duplicateKey(text) ?? 'an object';
  throw refuse('json-duplicate-key', `${path} is there twice in the same object. Remove one of the two.`);
};
