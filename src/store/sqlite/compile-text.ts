import { fullTextOf, hasPhrases, type Phrase } from '../../search/full-text.ts';
import type { Condition } from '../../search/query.ts';
import { decodeBody } from './body-codec.ts';
import { type Fragment, fragment, sql } from './fragment.ts';
import type { RowSeal } from './row-seal.ts';
import { type Source, scanSource } from './source.ts';
import type { Statements } from './statements.ts';

type TextCondition = Extract<Condition, { kind: 'text' }>;
type Asked = Pick<TextCondition, 'part' | 'anyOf'>;

/** Phrases as FTS5 asks for them; words have no quotation marks in them. https://www.sqlite.org/fts5.html#full_text_query_syntax */
const printPhrase = ({ words, isBegun }: Phrase): string => `"${words}"${isBegun ? ' *' : ''}`;

const printMatch = ({ part, anyOf }: Asked): string =>
  `{${part}} : (${anyOf.map(phrases => `(${phrases.map(printPhrase).join(' AND ')})`).join(' OR ')})`;

/** Whether the body of the resource `c.seq` has the words. */
const readsWords = ({ part, anyOf }: Asked): Fragment =>
  sql`EXISTS (SELECT 1 FROM version x WHERE x.seq = +c.seq AND has_words(${fragment('?', JSON.stringify({ part, anyOf }))}, x.seq, x.codec, x.body))`;

/**
 * The source of a condition on words: of all resources of the type where their words are not indexed; else what the index has, of which
 * only current versions count, and what is not folded into it.
 */
export function compileText(condition: TextCondition, every: Source, recent: Fragment, statements: Statements): Source {
  const reads = readsWords(condition);
  if (!condition.isIndexed) return scanSource(every, reads);
  const folded = fragment('?', statements.get('SELECT seq FROM folded', [])![0]!);
  const match = fragment('?', printMatch(condition));
  const found = sql`SELECT c.seq AS seq FROM (SELECT rowid AS seq FROM full_text WHERE full_text MATCH ${match}) c
    WHERE ${every.check}`;
  const isIn = sql`EXISTS (SELECT 1 FROM full_text WHERE full_text MATCH ${match} AND rowid = +c.seq)`;
  return {
    rows: sql`${found} AND c.seq <= ${folded} UNION ALL SELECT c.seq AS seq FROM (${recent}) c WHERE ${reads}`,
    check: sql`CASE WHEN c.seq <= ${folded} THEN ${isIn} ELSE ${reads} END`,
    unique: true,
  };
}

/** Makes what `has_words` is in SQL: whether a kept body has the words. */
export const createHasWords = (
  seal: RowSeal | undefined,
): ((asked: unknown, seq: unknown, codec: unknown, bytes: unknown) => number) => {
  let text = '';
  let asked: Asked = { part: 'content', anyOf: [] };
  return (json, seq, codec, bytes) => {
    if (json !== text) {
      text = json as string;
      asked = JSON.parse(text) as Asked;
    }
    const body = decodeBody(codec as number, bytes as Uint8Array, seq as number, seal);
    return hasPhrases(fullTextOf(JSON.parse(body.toString()))[asked.part], asked.anyOf) ? 1 : 0;
  };
};
