import type { BundleLink } from '../fhir/bundle.ts';
import { readCursor, signCursor } from '../search/cursor.ts';
import type { Cursor, Store } from '../store/store.ts';

type Parameters = readonly (readonly [name: string, value: string])[];

/** Name of the parameter that carries the place of a page. */
export const CURSOR = '_cursor';

/** Writes `:`, `/` and `|`, which search values are full of, as they are. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/%(3A|2F|7C|2C|24)/g, (_whole, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );

const queryText = (parameters: Parameters): string =>
  parameters.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');

/** A series of pages: what was asked, without the place in it. */
export interface Pages {
  /** Where the page begins; undefined for the first. @throws {FhirError} 400 `cursor-invalid` for what this series did not give out */
  after: Cursor | undefined;
  /** Links to this page and the first, and to the next one where there is one. */
  links(next: Cursor | undefined): BundleLink[];
}

/**
 * Reads and writes the places of a series of pages. `path` is below the base, `parameters` are those that were used, `cursor` is
 * what the client sent. Cursors are signed, and good for the series that they were made for only.
 * https://hl7.org/fhir/R4/http.html#paging
 */
export const pagesOf = (
  { signingKey }: Pick<Store, 'signingKey'>,
  baseUrl: string,
  path: string,
  parameters: Parameters,
  cursor: string | undefined,
): Pages => {
  // A place is good for pages of any size.
  const asked = `${path}?${queryText(parameters.filter(([name]) => name !== '_count'))}`;
  const link = (relation: BundleLink['relation'], place?: string): BundleLink => {
    const text = queryText(place === undefined ? parameters : [...parameters, [CURSOR, place]]);
    return { relation, url: `${baseUrl}/${path}${text === '' ? '' : `?${text}`}` };
  };
  return {
    after: cursor === undefined ? undefined : readCursor(cursor, asked, signingKey),
    links: next => [
      link('self', cursor),
      link('first'),
      ...(next === undefined ? [] : [link('next', signCursor(next, asked, signingKey))]),
    ],
  };
};
