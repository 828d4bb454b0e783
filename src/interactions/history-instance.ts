import { buildBundle } from '../fhir/bundle.ts';
import { formatInstant } from '../fhir/datetime.ts';
import { refuse } from '../fhir/fhir-error.ts';
import type { StoredVersion } from '../store/store.ts';
import type { Deps, InteractionResult } from './context.ts';
import { versionToEtag } from './etag.ts';
import { CURSOR, pagesOf } from './pages-of.ts';
import { readSubset } from './read-subset.ts';
import { showEach } from './show-each.ts';

/** The resource whose history is asked for, and the parameters, percent decoding done. */
export interface HistoryRequest {
  resourceType: string;
  id: string;
  parameters: readonly (readonly [name: string, value: string])[];
}

const KNOWN = ['_count', '_summary', '_elements', CURSOR, '_format', '_pretty'];

const readCount = (deps: Deps, text: string | undefined): number => {
  if (text === undefined) return deps.settings.pageSize;
  if (!/^\d{1,9}$/.test(text))
    throw refuse('search-parameter-invalid', '_count must be a whole number, like _count=20.');
  return Math.min(Number(text), deps.settings.maxPageSize);
};

/** `before` is the version before, where there is one: a write after a deletion creates the resource anew. */
const entryOf = (
  baseUrl: string,
  version: StoredVersion,
  before: StoredVersion | undefined,
  body: string | undefined,
): string => {
  const { resourceType, id, versionId, lastUpdated, method } = version;
  const status = method === 'DELETE' ? '204' : (before?.method ?? 'DELETE') === 'DELETE' ? '201' : '200';
  const url = method === 'POST' ? resourceType : `${resourceType}/${id}`;
  const response = { status, etag: versionToEtag(versionId), lastModified: formatInstant(lastUpdated) };
  const tail = `"request":${JSON.stringify({ method, url })},"response":${JSON.stringify(response)}}`;
  const head = `{"fullUrl":"${baseUrl}/${resourceType}/${id}",`;
  return method === 'DELETE' ? head + tail : `${head}"resource":${body},${tail}`;
};

/**
 * The versions of a resource, newest first, deletions included.
 * https://hl7.org/fhir/R4/http.html#history
 */
export const historyInstance = async (deps: Deps, request: HistoryRequest): Promise<InteractionResult> => {
  const { resourceType, id, parameters } = request;
  const unknown = parameters.find(([name]) => !KNOWN.includes(name))?.[0];
  if (unknown !== undefined) {
    throw refuse(
      'search-parameter-unknown',
      `_history does not take ${unknown}. It takes _count, _summary and _elements.`,
    );
  }
  const subset = readSubset(deps, { resourceType, parameters, handling: 'strict' }, true);
  const values = new Map(parameters);
  const count = readCount(deps, values.get('_count'));
  const key = { resourceType, id };
  const counted = values.has('_count') ? [['_count', String(count)] as const] : [];
  const pages = pagesOf({
    store: deps.store,
    baseUrl: deps.settings.baseUrl,
    path: `${resourceType}/${id}/_history`,
    parameters: [...counted, ...subset.used],
    boundTo: [],
    cursor: values.get(CURSOR),
  });
  const page = await deps.store.history(key, {
    count: subset.isCount ? 0 : count,
    ...(pages.after === undefined ? {} : { after: pages.after }),
  });
  if (page.versions.length === 0 && (await deps.store.read(key)) === undefined) {
    throw refuse('resource-unknown', `There is no ${resourceType} with id ${id}.`);
  }
  const oldest = page.versions.at(-1)?.versionId ?? 1;
  const beforeAll = oldest === 1 ? undefined : await deps.store.readVersion(key, oldest - 1);
  const { baseUrl } = deps.settings;
  const bodies = await showEach(
    page.versions.map(({ body }) => body),
    subset.show,
  );
  return {
    status: 200,
    body: buildBundle({
      type: 'history',
      links: pages.links(page.next),
      entries: page.versions.map((version, index) =>
        entryOf(baseUrl, version, page.versions[index + 1] ?? beforeAll, bodies[index]),
      ),
      ...(page.total === undefined ? {} : { total: page.total }),
    }),
  };
};
