import type { SQLInputValue } from 'node:sqlite';

/** A piece of SQL with the values for its places. The text depends on the shape of a query alone, so that it is compiled once. */
export interface Fragment {
  sql: string;
  params: readonly SQLInputValue[];
}

/** A piece of SQL and the values for its places, in their order. */
export const fragment = (sql: string, ...params: SQLInputValue[]): Fragment => ({ sql, params });

/** Pieces with something between them. */
export const join = (pieces: readonly Fragment[], between: string): Fragment => ({
  sql: pieces.map(piece => piece.sql).join(between),
  params: pieces.flatMap(piece => piece.params),
});

/** A template whose values are pieces of SQL themselves. */
export function sql(texts: TemplateStringsArray, ...pieces: readonly Fragment[]): Fragment {
  let text = texts[0]!;
  const params: SQLInputValue[] = [];
  pieces.forEach((piece, i) => {
    text += piece.sql + texts[i + 1]!;
    params.push(...piece.params);
  });
  return { sql: text, params };
}
