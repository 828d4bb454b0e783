import { setImmediate } from 'node:timers/promises';
import { findReferences, parseReference } from '../fhir/reference.ts';
import type { Resource } from '../fhir/resource.ts';
import type { Deps } from '../interactions/context.ts';
import { isPermitted } from '../interactions/require-permission.ts';
import { type Cursor, PAGE_BYTES, type StoredVersion } from '../store/store.ts';
import type { RecordPart } from './record-parts.ts';

/** A page of records, and where the next one begins, if there is one. */
export interface RecordsPage {
  versions: readonly StoredVersion[];
  next: Cursor | undefined;
}

/** Resources that are looked at for one page; it may end earlier than was asked for. */
const MOST_LOOKED_AT = 5_000;

/** Resources that are added to a page because its records refer to them. */
const MOST_INCLUDED = 1_000;

/** Resources that are looked at in one search to see whether any more are meant. */
const PEEK = 20;

const resourceOf = ({ body }: StoredVersion): Resource => JSON.parse(body) as Resource;

/**
 * Goes through the parts, from a place on, until a page is full and it is known whether more follow. A place is the number of a part
 * and a place in its search.
 */
export const recordsPage = async (
  { store }: Pick<Deps, 'store'>,
  parts: readonly RecordPart[],
  count: number,
  from: Cursor | undefined,
): Promise<RecordsPage> => {
  const versions: StoredVersion[] = [];
  let [part, ...place] = (from ?? [0]) as [number, ...Cursor];
  let full: Cursor | undefined;
  let lookedAt = 0;
  let bytes = 0;
  while (part < parts.length) {
    const { query, isMeant } = parts[part]!;
    const wanted = full === undefined ? count - versions.length : isMeant === undefined ? 1 : PEEK;
    const page = await store.search({ ...query, count: wanted }, place.length === 0 ? undefined : place);
    const meant = page.versions.filter(version => isMeant?.(resourceOf(version)) ?? true);
    if (full !== undefined && meant.length > 0) return { versions, next: full };
    versions.push(...meant);
    for (const { bodyBytes } of meant) bytes += bodyBytes;
    lookedAt += page.versions.length;
    if (page.next === undefined) part++;
    place = [...(page.next ?? [])];
    const here: Cursor = [part, ...place];
    if (full === undefined && (versions.length >= count || bytes >= PAGE_BYTES)) full = here;
    if (lookedAt >= MOST_LOOKED_AT && part < parts.length) return { versions, next: full ?? here };
    await setImmediate();
  }
  return { versions, next: undefined };
};

/**
 * What records refer to and are not understood without: practitioners, organizations, places, drugs and the like. What is a record of
 * its own kind, `compartment`, is left to the other pages; so are types that are not asked for.
 */
export const referredTo = async (
  deps: Deps,
  versions: readonly StoredVersion[],
  compartment: ReadonlyMap<string, unknown>,
  types: ReadonlySet<string> | undefined,
): Promise<StoredVersion[]> => {
  const names = new Set(versions.map(({ resourceType, id }) => `${resourceType}/${id}`));
  const included: StoredVersion[] = [];
  for (const version of versions) {
    const targets = new Map<string, { resourceType: string; id: string }>();
    findReferences(resourceOf(version), ({ reference }) => {
      const target = parseReference(reference as string, deps.settings.baseUrl);
      if (target.kind !== 'local' || compartment.has(target.resourceType)) return;
      if (types?.has(target.resourceType) === false || !deps.capability.types.has(target.resourceType)) return;
      if (!isPermitted(deps, target.resourceType, 'read')) return;
      targets.set(`${target.resourceType}/${target.id}`, target);
    });
    for (const [name, key] of targets) {
      if (names.has(name)) continue;
      if (included.length === MOST_INCLUDED) return included;
      names.add(name);
      const found = await deps.store.read(key);
      if (found !== undefined && found.method !== 'DELETE') included.push(found);
    }
    await setImmediate();
  }
  return included;
};
