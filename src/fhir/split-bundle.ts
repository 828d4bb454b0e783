import { refuse } from './fhir-error.ts';
import { parseJson, readUtf8, requireDepth, requireUniqueNames } from './parse-json.ts';
import { isJsonObject, type JsonObject } from './resource.ts';
import { endOfString, isSpace, memberName, scanJson } from './scan-json.ts';

/** One entry of a Bundle, its resource apart. */
export interface SplitEntry {
  /** The entry as JSON, without its resource. */
  entry: JsonObject;
  /** The text of the resource as it was sent, and how deep it is nested; undefined where there is none. */
  resource: { text: string; depth: number } | undefined;
}

/** A Bundle whose entries are read one by one, so that a large one can be read with pauses. */
export interface SplitBundle {
  /** The Bundle as JSON, its entries left out. */
  bundle: JsonObject;
  /** Number of its entries. */
  count: number;
  /** Reads the next entry; undefined behind the last. @throws {FhirError} 400 where it is no JSON object, or one with a name twice */
  next(): SplitEntry | undefined;
  /** Says where the body stops being JSON. @throws {FhirError} 400 always */
  malformed(): never;
}

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

const skipSpace = (text: string, at: number): number => {
  let index = at;
  while (isSpace(text.charCodeAt(index))) index++;
  return index;
};

/** Where the value that begins at an index ends, and how deep it is nested. Of a text that is not JSON, some place. */
const endOfValue = (text: string, start: number): { end: number; depth: number } => {
  let depth = 0;
  let deepest = 0;
  let index = start;
  while (index < text.length) {
    const char = text.charCodeAt(index);
    if (char === QUOTE) {
      index = endOfString(text, index);
      if (depth === 0) return { end: index, depth: deepest };
      continue;
    }
    if (char === OPEN_BRACE || char === OPEN_BRACKET) {
      depth++;
      if (depth > deepest) deepest = depth;
    } else if (char === CLOSE_BRACE || char === CLOSE_BRACKET) {
      depth--;
      if (depth < 0) return { end: index, depth: deepest };
      if (depth === 0) return { end: index + 1, depth: deepest };
    } else if (depth === 0 && (char === COMMA || isSpace(char))) {
      return { end: index, depth: deepest };
    }
    index++;
  }
  return { end: text.length, depth: deepest };
};

interface Value {
  start: number;
  end: number;
  depth: number;
}

/** Passes over a name and the colon behind it; undefined where there is none. */
const nameAt = (text: string, at: number): { name: string; start: number } | undefined => {
  if (text.charCodeAt(at) !== QUOTE) return undefined;
  const close = endOfString(text, at);
  const colon = skipSpace(text, close);
  if (text.charCodeAt(colon) !== COLON) return undefined;
  return { name: memberName(text.slice(at + 1, close - 1)), start: skipSpace(text, colon + 1) };
};

/** Where the value of a member begins, of the object that begins at an index; undefined where there is no such member. */
const startOf = (text: string, open: number, name: string): number | undefined => {
  let index = open;
  do {
    const member = nameAt(text, skipSpace(text, index + 1));
    if (member === undefined) return undefined;
    if (member.name === name) return member.start;
    index = skipSpace(text, endOfValue(text, member.start).end);
  } while (text.charCodeAt(index) === COMMA);
  return undefined;
};

/** Where the objects of a list stand that begins at an index, and where it ends; undefined where it is no list of objects. */
const itemsOf = async (
  text: string,
  open: number,
  turn: () => Promise<void>,
): Promise<{ items: Value[]; end: number } | undefined> => {
  const items: Value[] = [];
  let at = skipSpace(text, open + 1);
  if (text.charCodeAt(at) === CLOSE_BRACKET) return { items, end: at + 1 };
  for (;;) {
    if (text.charCodeAt(at) !== OPEN_BRACE) return undefined;
    await turn();
    const item = { start: at, ...endOfValue(text, at) };
    items.push(item);
    at = skipSpace(text, item.end);
    if (text.charCodeAt(at) === CLOSE_BRACKET) return { items, end: at + 1 };
    if (text.charCodeAt(at) !== COMMA) return undefined;
    at = skipSpace(text, at + 1);
  }
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const without = (text: string, start: number, end: number, instead: string): string =>
  text.slice(0, start) + instead + text.slice(end);

/** What is read of the text of an entry; undefined where that is no JSON object. */
const entryOf = (text: string, maxDepth: number): SplitEntry | undefined => {
  const found = startOf(text, 0, 'resource');
  // Left to whoever reads the entry, to say what is wrong with it.
  const start = found !== undefined && text.charCodeAt(found) === OPEN_BRACE ? found : undefined;
  const { end, depth } = start === undefined ? { end: 0, depth: 0 } : endOfValue(text, start);
  const rest = start === undefined ? text : without(text, start, end, 'null');
  const entry = parsed(rest);
  if (!isJsonObject(entry)) return undefined;
  requireUniqueNames({ value: entry, text: rest, scan: requireDepth(scanJson(rest), maxDepth) });
  if (start === undefined) return { entry, resource: undefined };
  delete entry.resource;
  return { entry, resource: { text: text.slice(start, end), depth } };
};

/**
 * Reads the body of a Bundle without its entries, which are then read one by one. What is not one JSON object is refused with 400 as
 * by `parseResource`; whether it is a Bundle is left to the caller, and that a resource is JSON to whoever reads it.
 * @param maxDepth of the Bundle and its entries without their resources
 * @param turn lets other requests have their turn
 */
export const splitBundle = async (body: Buffer, maxDepth: number, turn: () => Promise<void>): Promise<SplitBundle> => {
  const text = readUtf8(body);
  const malformed = (): never => {
    parseJson(body, Number.POSITIVE_INFINITY);
    throw refuse(
      'json-not-resource',
      'Send one Bundle: a JSON object whose `entry`, if there is one, is a list of objects.',
    );
  };
  const open = skipSpace(text, 0);
  const start = text.charCodeAt(open) === OPEN_BRACE ? startOf(text, open, 'entry') : undefined;
  const isList = start !== undefined && text.charCodeAt(start) === OPEN_BRACKET;
  const list = isList ? await itemsOf(text, start, turn) : undefined;
  if (start !== undefined && list === undefined) return malformed();
  const rest = start === undefined || list === undefined ? text : without(text, start, list.end, '[]');
  const bundle = parsed(rest);
  if (!isJsonObject(bundle)) return malformed();
  requireUniqueNames({ value: bundle, text: rest, scan: requireDepth(scanJson(rest), maxDepth) });
  const items = list?.items.values();
  return {
    bundle,
    count: list?.items.length ?? 0,
    malformed,
    next: () => {
      const item = items?.next().value;
      return item === undefined ? undefined : (entryOf(text.slice(item.start, item.end), maxDepth) ?? malformed());
    },
  };
};
