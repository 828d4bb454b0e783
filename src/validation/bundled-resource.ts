import { isJsonObject, type Resource } from '../fhir/resource.ts';

/** Up to so many entries are looked through; of more, a list is made at the first question and lives as long as they do. */
const FEW = 16;

const atEnd = /[^/]+\/[^/]+$/;
const version = /\/_history\/([A-Za-z0-9\-.]{1,64})$/;

interface Named {
  readonly fullUrl: string;
  readonly resource: Resource;
}

const lists = new WeakMap<readonly unknown[], ReadonlyMap<string, Resource>>();

function* namedIn(entries: readonly unknown[]): Generator<Named> {
  for (const entry of entries) {
    if (isJsonObject(entry) && isJsonObject(entry.resource) && typeof entry.fullUrl === 'string')
      yield { fullUrl: entry.fullUrl, resource: entry.resource as Resource };
  }
}

/** By fullUrl, and by the `Type/id` at its end where no fullUrl says the same. */
function listOf(entries: readonly unknown[]): ReadonlyMap<string, Resource> {
  let list = lists.get(entries);
  if (list === undefined) {
    const made = new Map<string, Resource>();
    for (const { fullUrl, resource } of namedIn(entries)) if (!made.has(fullUrl)) made.set(fullUrl, resource);
    for (const { fullUrl, resource } of namedIn(entries)) {
      const end = atEnd.exec(fullUrl)?.[0];
      if (end !== undefined && !made.has(end)) made.set(end, resource);
    }
    list = made;
    lists.set(entries, list);
  }
  return list;
}

function find(entries: readonly unknown[], url: string): Resource | undefined {
  if (entries.length > FEW) return listOf(entries).get(url);
  for (const { fullUrl, resource } of namedIn(entries)) {
    if (fullUrl === url || fullUrl.endsWith(`/${url}`)) return resource;
  }
  return undefined;
}

/**
 * The resource of a Bundle that the text of a reference names: by the `fullUrl` of its entry, or by type and id at its end. A reference
 * to a version names only that one. The entries must not be changed between two questions.
 * https://hl7.org/fhir/R4/bundle.html#references
 */
export function bundledResource(bundle: Resource, reference: string): Resource | undefined {
  const { entry } = bundle;
  if (!Array.isArray(entry)) return undefined;
  const hash = reference.indexOf('#');
  const whole = hash > 0 ? reference.slice(0, hash) : reference;
  const versioned = version.exec(whole);
  const found = find(entry, versioned === null ? whole : whole.slice(0, versioned.index));
  const known = isJsonObject(found?.meta) ? found.meta.versionId : undefined;
  return versioned === null || known === undefined || known === versioned[1] ? found : undefined;
}
