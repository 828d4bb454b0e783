import { isJsonObject, type Json, type JsonObject } from '../fhir/resource.ts';
import { foldText } from './fold-text.ts';

/** What of a resource's words is meant: its narrative, or all that it says. */
export type TextPart = 'narrative' | 'content';

/** Words one after the other, folded, a space between each two; with `isBegun` the last one may go on. */
export interface Phrase {
  words: string;
  isBegun: boolean;
}

/** Stands between elements, so that no phrase goes from one into the next. No word has it: it is for private use. */
const BOUNDARY = '\uE000';

/** Scripts that put no space between words: each letter is a word, and a word a phrase. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]\p{M}*/gu;

const MAYBE_UNSPACED = /[\u0e00-\u109f\u1780-\u17ff\u2e80-\u{3ffff}]/u;

/** The words of a text as they are compared: folded like strings are, one space apart. */
export const wordsOf = (text: string): string => {
  const folded = foldText(text).replaceAll(BOUNDARY, '');
  return MAYBE_UNSPACED.test(folded) ? folded.replace(UNSPACED, ' $& ').replace(/ +/g, ' ').trim() : folded;
};

const TAG = /<(?:!--[\s\S]*?--|[^>]*)>/g;
const ENTITY = /&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|(amp|lt|gt|quot|apos|nbsp));/g;
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

const character = (code: number): string => (code <= 0x10ffff ? String.fromCodePoint(code) : ' ');

/** The text of a narrative without its mark-up. */
const withoutTags = (div: string): string =>
  div
    .replace(TAG, ' ')
    .replace(ENTITY, (_, decimal?: string, hex?: string, name?: string) =>
      name !== undefined
        ? NAMED[name]!
        : character(decimal !== undefined ? Number(decimal) : Number.parseInt(hex!, 16)),
    );

/** Elements whose values are no words: files, and what every resource has. */
const PASSED_OVER: ReadonlySet<string> = new Set(['data', 'resourceType', 'div']);

const addWords = (value: Json | undefined, found: string[]): void => {
  if (typeof value === 'string') found.push(wordsOf(value));
  else if (typeof value === 'number') found.push(wordsOf(String(value)));
  else if (Array.isArray(value)) for (const item of value) addWords(item, found);
  else if (isJsonObject(value)) addWordsWithin(value, found);
};

const addWordsWithin = (node: JsonObject, found: string[]): void => {
  for (const name of Object.keys(node)) {
    if (!PASSED_OVER.has(name)) addWords(node[name], found);
    else if (name === 'div' && typeof node.div === 'string') found.push(wordsOf(withoutTags(node.div)));
  }
};

const joined = (found: readonly string[]): string => found.filter(words => words !== '').join(` ${BOUNDARY} `);

/**
 * The words of a resource, as they are indexed and compared. What it gives for a resource may not change: what was indexed is taken out of
 * the index by it.
 */
export const fullTextOf = (resource: JsonObject): Record<TextPart, string> => {
  const content: string[] = [];
  addWordsWithin(resource, content);
  const narrative: string[] = [];
  if (isJsonObject(resource.text) && typeof resource.text.div === 'string')
    addWordsWithin({ div: resource.text.div }, narrative);
  return { narrative: joined(narrative), content: joined(content) };
};

/** Whether a text has all phrases of one of the lists. */
export const hasPhrases = (text: string, anyOf: readonly (readonly Phrase[])[]): boolean => {
  const padded = ` ${text} `;
  return anyOf.some(phrases =>
    phrases.every(({ words, isBegun }) => padded.includes(isBegun ? ` ${words}` : ` ${words} `)),
  );
};
