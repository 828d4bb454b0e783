import type { Filter } from 'mongodb';
import type { JsonObject } from '../../fhir/resource.ts';
import { fullTextOf, type Phrase, type TextPart } from '../../search/full-text.ts';
import type { Words } from './compile-condition.ts';
import { anyFilter, literal } from './compile-values.ts';
import type { VersionDocument } from './documents.ts';
import type { Snapshot } from './snapshot.ts';
import { termStart } from './terms.ts';

/** The parameters by which words are asked for. */
const PARAMETERS: Readonly<Record<TextPart, string>> = { narrative: '_text', content: '_content' };

/** Bytes that the terms of words take of a document, which has room for 16 MiB. A resource with more has one that says so, and is read. */
const MOST_BYTES = 1024 * 1024;

const startOf = (type: string, part: TextPart): string => termStart(type, PARAMETERS[part], 'w');

/** The term of what has too many words. No word is empty. */
const tooMany = (type: string, part: TextPart): string => startOf(type, part);

const parsed = (body: string): JsonObject | undefined => {
  try {
    return JSON.parse(body) as JsonObject;
  } catch {
    return undefined;
  }
};

/** The terms of the words of a resource, by its body. A store keeps whatever text it is given; one that is no JSON has no words. */
export function wordTerms(type: string, body: string): string[] {
  const resource = parsed(body);
  if (resource === undefined) return [];
  const texts = fullTextOf(resource);
  return (['narrative', 'content'] as const).flatMap(part => {
    const words = new Set(texts[part].split(' '));
    words.delete('');
    const terms = [...words].map(word => startOf(type, part) + word);
    const bytes = terms.reduce((sum, term) => sum + Buffer.byteLength(term), 0);
    return bytes > MOST_BYTES ? [tooMany(type, part)] : terms;
  });
}

/** Whether the words alone say whether a resource is meant, whatever their order. */
const isOfSingleWords = ({ anyOf }: Words): boolean =>
  anyOf.every(phrases => phrases.every(({ words }) => words !== '' && !words.includes(' ')));

/** Everything that has the words of one of the lists. */
function havingAll(type: string, { part, anyOf }: Words): Filter<VersionDocument> {
  const start = startOf(type, part);
  const ofPhrase = ({ words, isBegun }: Phrase): Filter<VersionDocument>[] => {
    const each = words.split(' ');
    const begun = isBegun ? each.pop()! : '';
    const whole = each.filter(word => word !== '').map(word => ({ terms: start + word }));
    return begun === '' ? whole : [...whole, { terms: { $regex: `^${literal(start + begun)}` } }];
  };
  return anyFilter(
    anyOf.map(phrases => {
      const filters = phrases.flatMap(ofPhrase);
      return filters.length === 0 ? {} : { $and: filters };
    }),
  );
}

/** A filter of what may have words that are indexed, in whatever order: of what has too many to tell, too. */
export const mayHaveWords = (type: string, words: Words): Filter<VersionDocument> => ({
  $or: [havingAll(type, words), { terms: tooMany(type, words.part) }],
});

/** A filter that finds just what has the words; undefined where the resources that may have them must be read. */
export async function compileWords(
  snapshot: Snapshot,
  type: string,
  words: Words,
): Promise<Filter<VersionDocument> | undefined> {
  if (!words.isIndexed || !isOfSingleWords(words)) return undefined;
  const [one] = await snapshot.all({ terms: tooMany(type, words.part) }, { projection: { _id: 1 }, limit: 1 });
  return one === undefined ? havingAll(type, words) : undefined;
}
