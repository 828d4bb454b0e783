import type { BundleLink } from '../fhir/bundle.ts';
import { readCursor, signCursor } from '../search/cursor.ts';
import type { Cursor, Store } from '../store/store.ts';

type Parameters = readonly (readonly [name: string, value: string])[];

/** Parameters that say how pages are written, not what is on them. */
const FORM: ReadonlySet<string> = new Set(['_format', '_pretty']);

/** The parameters that links repeat so that every page is written as the first one was. */
export const formOf = (parameters: Parameters): Parameters => parameters.filter(([name]) => FORM.has(name));

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
  /** Links to this page and the first, and to the next and the previous one where there is one. */
  links(next: Cursor | undefined, previous?: Cursor): BundleLink[];
}

/** What a series of pages is made of. */
export interface PagesOptions {
  store: Pick<Store, 'signingKey'>;
  baseUrl: string;
  /** Below the base, without a slash in front. */
  path: string;
  /** Parameters that were used, for the links. */
  parameters: Parameters;
  /** Those of them that a cursor is good with; all where absent. */
  boundTo?: Parameters;
  /** The cursor that the client sent. */
  cursor: string | undefined;
}

/**
 * Reads and writes the places of a series of pages. Cursors are signed, and good for the series that they were made for only.
 * https://hl7.org/fhir/R4/http.html#paging
 */
export const pagesOf = ({ store, baseUrl, path, parameters, boundTo = parameters, cursor }: PagesOptions): Pages => {
  const { signingKey } = store;
  const asked = `${path}?${queryText(boundTo)}`;
  const link = (relation: BundleLink['relation'], place?: string): BundleLink => {
    const text = queryText(place === undefined ? parameters : [...parameters, [CURSOR, place]]);
    return { relation, url: `${baseUrl}/${path}${text === '' ? '' : `?${text}`}` };
  };
  return {
    after: cursor === undefined ? undefined : readCursor(cursor, asked, signingKey),
    links: (next, previous) => [
      link('self', cursor),
      link('first'),
      ...(previous === undefined ? [] : [link('previous', signCursor(previous, asked, signingKey))]),
      ...(next === undefined ? [] : [link('next', signCursor(next, asked, signingKey))]),
    ],
  };
};
