import type { ClaimResponse } from 'fhir/r4.js';
import type { Language } from './texts/say.ts';

/**
 * What is said in words of an answer, as one note, and the language in which the answer says it; nothing where nothing is said. openIMIS'
 * profile has one note, without a language of its own.
 */
export const processNote = (
  texts: readonly string[],
  language: Language,
): Pick<ClaimResponse, 'language' | 'processNote'> =>
  texts.length === 0 ? {} : { language, processNote: [{ text: texts.join(' ') }] };

/** The words that an answer says already. */
export const notesOf = ({ processNote: notes = [] }: Pick<ClaimResponse, 'processNote'>): string[] =>
  notes.flatMap(({ text }) => text);
