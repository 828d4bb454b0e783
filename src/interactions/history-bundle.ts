import { buildBundle } from '../fhir/bundle.ts';
import { formatInstant } from '../fhir/datetime.ts';
import type { HistoryQuery, HistoryVersion } from '../store/store.ts';
import type { Deps, InteractionResult } from './context.ts';
import { versionToEtag } from './etag.ts';
import { readHistoryParameters } from './history-parameters.ts';
import { formOf, pagesOf } from './pages-of.ts';
import { isSubsetParameter, readSubset } from './read-subset.ts';
import { showEach } from './show-each.ts';

/** Whose history is asked for, and how. */
export interface HistoryRequest {
  of: HistoryQuery['of'];
  /** Below the base, without a slash in front. */
  path: string;
  /** Of which type all are; only then parts of them can be asked for. */
  resourceType?: string;
  /** Percent decoding done. */
  parameters: readonly (readonly [name: string, value: string])[];
}

const statusOf = ({ method, creates }: HistoryVersion): string =>
  method === 'DELETE' ? '204' : creates ? '201' : '200';

/** `body` is what is shown of the version. */
const entryOf = (baseUrl: string, version: HistoryVersion, body: string): string => {
  const { resourceType, id, versionId, lastUpdated, method } = version;
  const url = method === 'POST' ? resourceType : `${resourceType}/${id}`;
  const response = {
    status: statusOf(version),
    etag: versionToEtag(versionId),
    lastModified: formatInstant(lastUpdated),
  };
  const tail = `"request":${JSON.stringify({ method, url })},"response":${JSON.stringify(response)}}`;
  const head = `{"fullUrl":"${baseUrl}/${resourceType}/${id}",`;
  return method === 'DELETE' ? head + tail : `${head}"resource":${body},${tail}`;
};

/**
 * A page of a history: each version as it was stored, with the request that made it and what was answered to that.
 * @throws {FhirError} 400 for a parameter that histories do not have, a value that is wrong, or a page link of something else
 * https://hl7.org/fhir/R4/http.html#history
 */
export const historyBundle = async (deps: Deps, request: HistoryRequest): Promise<InteractionResult> => {
  const { baseUrl } = deps.settings;
  const { of, resourceType, parameters } = request;
  const isOfHistory = (parameter: HistoryRequest['parameters'][number]): boolean =>
    resourceType === undefined || !isSubsetParameter(parameter);
  const { asked, used, cursor } = readHistoryParameters(parameters.filter(isOfHistory), deps.settings);
  const subset =
    resourceType === undefined ? undefined : readSubset(deps, { resourceType, parameters, handling: 'strict' }, true);
  const pages = pagesOf({
    store: deps.store,
    baseUrl,
    path: request.path,
    parameters: [...used, ...(subset?.used ?? []), ...formOf(parameters)],
    boundTo: used.filter(([name]) => name !== '_count'),
    cursor,
  });
  if (subset?.isCount) asked.count = 0;
  const page = await deps.store.history({ of, ...asked }, pages.after);
  const bodies = await showEach(
    page.versions.map(({ body }) => body),
    subset?.show,
  );
  return {
    status: 200,
    body: buildBundle({
      type: 'history',
      links: pages.links(page.next),
      entries: page.versions.map((version, index) => entryOf(baseUrl, version, bodies[index]!)),
      ...(page.total === undefined ? {} : { total: page.total }),
    }),
  };
};
