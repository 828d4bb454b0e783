import { FhirError } from '../../fhir/fhir-error.ts';
import { parseJson } from '../../fhir/parse-json.ts';
import { isJsonObject, type JsonObject } from '../../fhir/resource.ts';
import type { Outgoing } from '../../security/outgoing.ts';

/** What is imported. */
export const FACILITY_TYPES = ['Organization', 'Location'] as const;

/** A source of facilities. */
export interface Source {
  /** Base of its FHIR API. */
  url: string;
  /** What is sent as `Authorization`: the first, where there is one. */
  secrets: () => Promise<readonly string[]>;
  outgoing: Outgoing;
  maxDepth: number;
}

/** What is to be taken, by reference at the source, like `Location/1`: `deleted` there, or as it is. */
export type Changes = Map<string, JsonObject | 'deleted'>;

/** The source has not answered as one does. Its text is for the operator. */
export class NoAnswer extends Error {}

const PAGE = 200;
const MOST_PAGES = 2_000;
const MOST_BYTES = 32 * 1024 * 1024;
const ID = /^[A-Za-z0-9\-.]{1,64}$/;

const ask = async (
  { secrets, outgoing, maxDepth }: Source,
  url: string,
): Promise<{ status: number; body: unknown }> => {
  const [authorization] = await secrets();
  const { status, body } = await outgoing({
    ...{ url, maxBytes: MOST_BYTES, timeoutMs: 60_000 },
    headers: { accept: 'application/fhir+json', ...(authorization === undefined ? {} : { authorization }) },
  });
  if (status !== 200) return { status, body: undefined };
  try {
    return { status, body: parseJson(body, maxDepth).value };
  } catch (error) {
    if (error instanceof FhirError) throw new NoAnswer('The source did not answer with FHIR JSON');
    throw error;
  }
};

const timeOf = (value: unknown): number => (typeof value === 'string' ? Date.parse(value) || 0 : 0);

/** The next page, if there is one. A link that leads elsewhere is not followed: it would get the secret. */
const nextOf = ({ url }: Source, { link }: JsonObject): string | undefined => {
  const next = Array.isArray(link) ? link.filter(isJsonObject).find(({ relation }) => relation === 'next') : undefined;
  if (typeof next?.url !== 'string') return undefined;
  const target = URL.canParse(next.url, `${url}/`) ? new URL(next.url, `${url}/`).href : '';
  if (target.startsWith(`${url}/`) || target.startsWith(`${url}?`)) return target;
  throw new NoAnswer('The next page of the source is not below its URL');
};

/** The last path of a deletion, `Location/1`. */
const isDeletion = ({ request }: JsonObject): boolean => isJsonObject(request) && request.method === 'DELETE';

const idOf = (type: string, { request, resource, fullUrl }: JsonObject): string | undefined => {
  const said = isJsonObject(request) && typeof request.url === 'string' ? request.url : fullUrl;
  const id = isJsonObject(resource)
    ? resource.id
    : typeof said === 'string'
      ? said.split(`${type}/`).at(-1)
      : undefined;
  return typeof id === 'string' && ID.test(id) ? id : undefined;
};

/** Puts the newest version of each resource of a type that has changed since a time (0: ever) among the changes. Gives the time of the last change. */
export const readHistory = async (source: Source, type: string, since: number, changes: Changes): Promise<number> => {
  const from = since === 0 ? '' : `&_since=${new Date(since).toISOString()}`;
  let next: string | undefined = `${source.url}/${type}/_history?_count=${PAGE}${from}`;
  let last = 0;
  for (let page = 0; next !== undefined; page++) {
    if (page === MOST_PAGES) throw new NoAnswer(`The source has more than ${MOST_PAGES} pages`);
    const { status, body } = await ask(source, next);
    if (!isJsonObject(body)) throw new NoAnswer(`The source answered with status ${status}`);
    for (const entry of Array.isArray(body.entry) ? body.entry.filter(isJsonObject) : []) {
      const { resource, response } = entry;
      const meta = isJsonObject(resource) ? resource.meta : undefined;
      const at = timeOf(isJsonObject(meta) ? meta.lastUpdated : isJsonObject(response) ? response.lastModified : '');
      last = Math.max(last, at);
      const id = idOf(type, entry);
      // The newest stands first.
      if (id === undefined || changes.has(`${type}/${id}`)) continue;
      if (isDeletion(entry)) changes.set(`${type}/${id}`, 'deleted');
      else if (isJsonObject(resource) && resource.resourceType === type) changes.set(`${type}/${id}`, resource);
    }
    next = nextOf(source, body);
  }
  return last;
};

/** Puts a resource as it is at the source now among the changes. */
export const readNow = async (source: Source, reference: string, changes: Changes): Promise<void> => {
  const { status, body } = await ask(source, `${source.url}/${reference}`);
  if (status === 404 || status === 410) changes.set(reference, 'deleted');
  else if (isJsonObject(body)) changes.set(reference, body);
  else throw new NoAnswer(`The source answered with status ${status}`);
};
