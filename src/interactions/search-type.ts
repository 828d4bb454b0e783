import { type BundleLink, buildBundle } from '../fhir/bundle.ts';
import { operationOutcome } from '../fhir/operation-outcome.ts';
import { readCursor, signCursor } from '../search/cursor.ts';
import { parseSearch } from '../search/parse-search.ts';
import type { Deps, InteractionResult } from './context.ts';
import { searchSettings } from './search-settings.ts';

/** A search of one type: its parameters in the order of the request, percent decoding done. */
export interface SearchRequest {
  resourceType: string;
  parameters: readonly (readonly [name: string, value: string])[];
  /** `Prefer: handling`: what becomes of parameters that cannot be used. */
  handling: 'strict' | 'lenient';
}

/** Name of the parameter in paging links. */
const CURSOR = '_cursor';

/** Writes `:`, `/` and `|`, which search values are full of, as they are. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/%(3A|2F|7C|2C|24)/g, (_whole, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );

/** Parameters as the query of a URL, percent-encoded. */
export const queryText = (parameters: readonly (readonly [string, string])[]): string =>
  parameters.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');

/**
 * Resources of a type that match, page by page. The self link shows what was asked as it was understood.
 * https://hl7.org/fhir/R4/http.html#search
 */
export const searchType = async (deps: Deps, request: SearchRequest): Promise<InteractionResult> => {
  const { resourceType, handling } = request;
  const { baseUrl } = deps.settings;
  const cursorText = request.parameters.find(([name]) => name === CURSOR)?.[1];
  const parameters = request.parameters.filter(([name]) => name !== CURSOR);
  const { query, used, ignored } = parseSearch({ ...searchSettings(deps, resourceType), parameters, handling });
  const asked = `${resourceType}?${queryText(used)}`;
  const after = cursorText === undefined ? undefined : readCursor(cursorText, asked, deps.store.signingKey);
  const page = await deps.store.search(query, after);

  const link = (relation: BundleLink['relation'], cursor?: string): BundleLink => {
    const text = queryText(cursor === undefined ? used : [...used, [CURSOR, cursor]]);
    return { relation, url: `${baseUrl}/${resourceType}${text === '' ? '' : `?${text}`}` };
  };
  const links = [link('self', cursorText), link('first')];
  if (page.next !== undefined) links.push(link('next', signCursor(page.next, asked, deps.store.signingKey)));
  const entries = page.versions.map(
    ({ id, body }) => `{"fullUrl":"${baseUrl}/${resourceType}/${id}","resource":${body},"search":{"mode":"match"}}`,
  );
  if (ignored.length > 0) {
    entries.push(`{"resource":${JSON.stringify(operationOutcome(ignored))},"search":{"mode":"outcome"}}`);
  }
  return {
    status: 200,
    body: buildBundle({
      type: 'searchset',
      links,
      entries,
      ...(page.total === undefined ? {} : { total: page.total }),
    }),
  };
};
