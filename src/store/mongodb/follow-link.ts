import type { Filter } from 'mongodb';
import { fullTextOf, hasPhrases } from '../../search/full-text.ts';
import type { Condition } from '../../search/query.ts';
import { compileAll, type FindLooked, type Link, ofType, type Words } from './compile-condition.ts';
import { NOTHING } from './compile-values.ts';
import type { VersionDocument } from './documents.ts';
import type { Snapshot } from './snapshot.ts';
import { referenceTerm } from './terms.ts';
import { compileWords } from './words.ts';

/** To read the words of a body takes as long as to look at so many resources. */
const RESOURCES_TO_A_BODY = 50;

/** Bodies that are asked for at once. */
const BODIES = 100;

type Looked = Pick<VersionDocument, '_id' | 'id' | 'name' | 'terms'>;

/** What the terms of a resource say it refers to by a parameter: ids of resources of a type. */
function* idsReferredTo(document: Looked, type: string, parameter: string, target: string): Generator<string> {
  const start = referenceTerm(type, parameter, target, '');
  for (const term of document.terms ?? []) if (term.startsWith(start)) yield term.slice(start.length);
}

const referring = (
  type: string,
  { parameter, resourceType }: Link,
  ids: Iterable<string>,
): Filter<VersionDocument> => ({
  terms: { $in: [...ids].map(id => referenceTerm(type, parameter, resourceType, id)) },
});

const named = (type: string, ids: Iterable<string>): Filter<VersionDocument> => ({
  name: { $in: [...ids].map(id => `${type}/${id}`) },
});

/** Follows links by looking up first what is at their other end, if that is little. */
export function followFew(snapshot: Snapshot): FindLooked {
  const { linked } = snapshot.bounds;
  const follow: FindLooked = async (type, link) => {
    if (link.kind === 'text') return compileWords(snapshot, type, link);
    const isBack = link.kind === 'referredBy';
    const inner = await compileAll(link.resourceType, [link.where], follow);
    if (inner === undefined) return undefined;
    const found = await snapshot.all(ofType(link.resourceType, inner), {
      projection: isBack ? { terms: 1 } : { id: 1 },
      limit: linked + 1,
    });
    if (found.length > linked) return undefined;
    if (!isBack)
      return found.length === 0
        ? NOTHING
        : referring(
            type,
            link,
            found.map(({ id }) => id),
          );
    const ids = new Set(found.flatMap(each => [...idsReferredTo(each, link.resourceType, link.parameter, type)]));
    return ids.size === 0 ? NOTHING : named(type, ids);
  };
  return follow;
}

/** Follows links from, or to, some resources only. */
function followAmong(snapshot: Snapshot, some: readonly Looked[]): FindLooked {
  const { chunk } = snapshot.bounds;
  return async (type, link) => {
    if (link.kind === 'text') {
      const filter = await compileWords(snapshot, type, link);
      return filter ?? named(type, await havingWords(snapshot, link, some));
    }
    if (link.kind === 'refersTo') {
      const ids = new Set(some.flatMap(each => [...idsReferredTo(each, type, link.parameter, link.resourceType)]));
      const matching = new Set<string>();
      for (const part of chunksOf([...ids], chunk)) {
        const targets = await snapshot.all(ofType(link.resourceType, [named(link.resourceType, part)]), LOOKED);
        for (const { id } of await matchingOf(snapshot, link.resourceType, [link.where], targets)) matching.add(id);
      }
      return matching.size === 0 ? NOTHING : referring(type, link, matching);
    }
    const asked = new Set(some.map(({ id }) => id));
    const found = new Set<string>();
    const back: Link = { ...link, kind: 'refersTo', resourceType: type };
    let after = 0;
    // Those that are found are not asked for again, so that one to which everything refers costs one chunk.
    while (asked.size > 0) {
      const referrers = await snapshot.all(
        ofType(link.resourceType, [referring(link.resourceType, back, asked), { _id: { $gt: after } }]),
        { ...LOOKED, sort: { _id: 1 }, limit: chunk },
      );
      for (const each of await matchingOf(snapshot, link.resourceType, [link.where], referrers)) {
        for (const id of idsReferredTo(each, link.resourceType, link.parameter, type)) {
          if (asked.delete(id)) found.add(id);
        }
      }
      if (referrers.length < chunk) break;
      after = referrers.at(-1)!._id;
    }
    return found.size === 0 ? NOTHING : named(type, found);
  };
}

/** Ids of those that have the words that are asked for. */
async function havingWords(snapshot: Snapshot, { part, anyOf }: Words, some: readonly Looked[]): Promise<string[]> {
  snapshot.spend(some.length * RESOURCES_TO_A_BODY);
  const ids: string[] = [];
  for (const few of chunksOf(some, BODIES)) {
    const of = { _id: { $in: few.map(({ _id }) => _id) } };
    for await (const { id, body } of snapshot.each(of, { projection: { id: 1, body: 1 } })) {
      if (hasPhrases(fullTextOf(JSON.parse(body))[part], anyOf)) ids.push(id);
    }
  }
  return ids;
}

/** What is read of a resource that is looked at. */
export const LOOKED = { projection: { id: 1, name: 1, terms: 1 } };

/** Of some resources of a type those that match, in their order, by looking at what is linked to each of them. */
export async function matchingOf<Some extends Looked>(
  snapshot: Snapshot,
  type: string,
  where: readonly Condition[],
  some: readonly Some[],
): Promise<Some[]> {
  if (some.length === 0) return [];
  snapshot.spend(some.length);
  const filters = await compileAll(type, where, followAmong(snapshot, some));
  const of = { _id: { $in: some.map(({ _id }) => _id) } };
  const found = await snapshot.all({ $and: [of, ...filters!] }, { projection: { _id: 1 } });
  const ids = new Set(found.map(({ _id }) => _id));
  return some.filter(({ _id }) => ids.has(_id));
}

function* chunksOf<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += size) yield all.slice(from, from + size);
}
