import type { IndexEntry } from '../../search/index-entry.ts';
import { type Fragment, fragment } from './fragment.ts';

/**
 * References, codes and addresses as plain text, by parameter: what a search sorts by and follows, and terms, which are hashes, do not
 * tell. JSON: `{"patient":"Patient/1","status":"active","care-team":["Practitioner/1","Practitioner/2"]}`; empty where there is nothing.
 */
export function printPlain(entries: readonly IndexEntry[]): string {
  let plain: Record<string, string | string[]> | undefined;
  for (const entry of entries) {
    if (entry.kind !== 'token' && entry.kind !== 'reference') continue;
    const { parameter } = entry;
    if (isDerived(parameter)) continue;
    const text = entry.kind === 'token' ? entry.code : (entry.url ?? `${entry.type}/${entry.id}`);
    if (text === undefined) continue;
    plain ??= {};
    const before = plain[parameter];
    if (before === undefined) plain[parameter] = text;
    else if (typeof before === 'string') plain[parameter] = [before, text];
    else before.push(text);
  }
  return plain === undefined ? '' : JSON.stringify(plain);
}

/** Whether a name is made of a code, so that its values do not stand here. */
export const isDerived = (parameter: string): boolean => parameter.includes(':') || parameter.includes('$');

/** The place of a parameter's values in the JSON, for SQLite's functions. */
export const plainPath = (parameter: string): string => `$."${parameter}"`;

/** Whether the resource `c.seq` has one of the texts under a parameter. */
export const hasPlain = (parameter: string, texts: readonly string[]): Fragment =>
  fragment(
    `EXISTS (SELECT 1 FROM version x CROSS JOIN json_each(x.plain, ?) l
      WHERE x.seq = +c.seq AND l.value IN (SELECT value FROM json_each(?)))`,
    plainPath(parameter),
    JSON.stringify(texts),
  );
