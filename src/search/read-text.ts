import type { FhirError } from '../fhir/fhir-error.ts';
import { refuse } from '../fhir/fhir-error.ts';
import { splitEscaped, unescapeValue } from './escape.ts';
import { type Phrase, type TextPart, wordsOf } from './full-text.ts';
import type { Condition } from './query.ts';
import { requireFewValues } from './search-limits.ts';

/** The parameters that search by words, and where. */
export const TEXT_PARAMETERS: ReadonlyMap<string, TextPart> = new Map([
  ['_text', 'narrative'],
  ['_content', 'content'],
]);

const MOST_WORDS = 20;

/** What stands between quotation marks, or a word, perhaps with a star behind. */
const PIECE = /"([^"]*)"|([^\s"]+)/g;

/**
 * Reads the value of `_text` and `_content`: words that must all be there, `"one after the other"`, `begin*`; of values with commas between,
 * any. How they are compared is how strings are.
 * @throws {FhirError} 400 for a value without a word, or with too many
 * https://hl7.org/fhir/R4/search.html#text
 */
export const readText = (code: string, part: TextPart, value: string, isIndexed: boolean): Condition => {
  const values = splitEscaped(value, ',');
  requireFewValues(values);
  return { kind: 'text', part, anyOf: values.map(each => readPhrases(code, unescapeValue(each))), isIndexed };
};

const readPhrases = (code: string, text: string): Phrase[] => {
  const invalid = (must: string): FhirError =>
    refuse(
      'search-parameter-invalid',
      `"${code}" ${must}. It takes words, "words in a row", and beginnings like malar*.`,
    );
  const phrases = [...text.matchAll(PIECE)].flatMap(([, quoted, word = '']) => {
    const words = wordsOf(quoted ?? word);
    return words === '' ? [] : [{ words, isBegun: quoted === undefined && word.endsWith('*') }];
  });
  if (phrases.length === 0) throw invalid('must have a word with at least one letter or digit');
  if (phrases.reduce((sum, { words }) => sum + words.split(' ').length, 0) > MOST_WORDS) {
    throw invalid(`must have at most ${MOST_WORDS} words in each value`);
  }
  return phrases;
};
