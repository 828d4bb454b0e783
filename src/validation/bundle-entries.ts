import { isJsonObject, type JsonObject } from '../fhir/resource.ts';
import type { BundleFault } from './bundle-fault.ts';
import { documentFaults } from './document.ts';
import type { NativeRule } from './plan.ts';

type IsType = (name: string) => boolean;

const absolute = /^[A-Za-z][A-Za-z0-9+.-]*:./;
const atRest = /\/([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})$/;
/** Requests and their answers are about resources that may have no URL yet; what a search has to say of itself has none ever. */
const withoutUrls = new Set(['transaction', 'transaction-response', 'batch', 'batch-response']);
const paged = new Set(['searchset', 'history']);
const pages = new Set(['first', 'previous', 'next', 'last']);

function fullUrlFault(
  { fullUrl, resource, search }: JsonObject,
  bundleType: string,
  isType: IsType,
): string | undefined {
  if (typeof fullUrl !== 'string') {
    const isOutcome = isJsonObject(search) && search.mode === 'outcome';
    return fullUrl !== undefined || withoutUrls.has(bundleType) || isOutcome
      ? undefined
      : `Every entry of a ${bundleType} needs a fullUrl: the whole URL of its resource, or urn:uuid: and a UUID. Add it.`;
  }
  if (!absolute.test(fullUrl)) return 'The fullUrl is not absolute. Write the whole URL, or urn:uuid: and a UUID.';
  const named = fullUrl.startsWith('http') ? atRest.exec(fullUrl) : null;
  if (named === null || !isJsonObject(resource) || !isType(named[1]!)) return undefined;
  if (named[1] !== resource.resourceType || named[2] !== resource.id) {
    return 'The fullUrl ends with another type or id than the resource of the entry has. Make them agree, or use urn:uuid: and a UUID.';
  }
  return undefined;
}

function* linkFaults(links: readonly unknown[], bundleType: string): Generator<BundleFault> {
  const seen = new Set<string>();
  for (const [index, link] of links.entries()) {
    if (!isJsonObject(link) || typeof link.relation !== 'string') continue;
    const { relation } = link;
    const isPage = pages.has(relation);
    const fault = (text: string): BundleFault => ({ rule: 'bundle-link', place: `link[${index}]`, text });
    if (isPage && !paged.has(bundleType)) yield fault(`A ${bundleType} has no pages. Remove the link \`${relation}\`.`);
    else if ((isPage || relation === 'self') && seen.has(relation)) {
      yield fault(`There is another link \`${relation}\`. Keep one.`);
    }
    seen.add(relation);
  }
}

/** The resource types that a search was about, by the self link: of its path, or of `_type`. */
function searchedTypes(links: readonly unknown[], isType: IsType): ReadonlySet<string> {
  const self = links.find(link => isJsonObject(link) && link.relation === 'self');
  const url = isJsonObject(self) && typeof self.url === 'string' ? self.url : '';
  const [path = '', query = ''] = url.split('?', 2);
  const last = path.slice(path.lastIndexOf('/') + 1);
  if (isType(last)) return new Set([last]);
  return new Set(query.split('&').flatMap(part => (part.startsWith('_type=') ? part.slice(6).split(',') : [])));
}

function searchFault({ search, resource }: JsonObject, types: ReadonlySet<string>): string | undefined {
  if (!isJsonObject(search) || !isJsonObject(resource)) return undefined;
  const { resourceType, id } = resource;
  const { mode } = search;
  if (mode === 'outcome') {
    return resourceType === 'OperationOutcome' ? undefined : 'With search.mode `outcome` stands an OperationOutcome.';
  }
  if (mode !== 'match' && mode !== 'include') return undefined;
  if (id === undefined) return 'A resource that a search found has an id. Add it.';
  if (mode === 'include' || types.size === 0 || types.has(`${resourceType}`)) return undefined;
  return 'The self link says that another type was searched for. Correct the link, or make search.mode `include`.';
}

function* faultsOf(bundle: JsonObject, isType: IsType): Generator<BundleFault> {
  const type = typeof bundle.type === 'string' ? bundle.type : '';
  const entries = Array.isArray(bundle.entry) ? bundle.entry : [];
  const links = Array.isArray(bundle.link) ? bundle.link : [];
  yield* linkFaults(links, type);
  if (entries.length === 0 && (type === 'document' || type === 'message')) {
    const text = `A ${type} without entries says nothing. Begin it with a ${type === 'document' ? 'Composition' : 'MessageHeader'}.`;
    yield { rule: 'bundle-entry', place: 'entry', text };
  }
  const types = type === 'searchset' ? searchedTypes(links, isType) : undefined;
  for (const [index, entry] of entries.entries()) {
    if (!isJsonObject(entry)) continue;
    const text = fullUrlFault(entry, type, isType);
    if (text !== undefined) yield { rule: 'bundle-full-url', place: `entry[${index}].fullUrl`, text };
    const fault = types && searchFault(entry, types);
    if (fault !== undefined) yield { rule: 'bundle-entry', place: `entry[${index}]`, text: fault };
  }
  if (type === 'document') yield* documentFaults(bundle, entries);
}

/**
 * What a Bundle asks of its entries and links by its type, beyond its invariants. https://hl7.org/fhir/R4/bundle.html
 */
export function bundleRule(isType: IsType): NativeRule {
  return {
    holds: bundle => faultsOf(bundle as JsonObject, isType).next().done === true,
    explain(bundle, _scope, path, report) {
      for (const { rule, place, text } of faultsOf(bundle as JsonObject, isType))
        report.error(rule, `${path}.${place}`, text);
    },
  };
}
