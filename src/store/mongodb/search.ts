import type { Filter, FindOptions } from 'mongodb';
import type { Condition, SearchQuery, TypedConditions } from '../../search/query.ts';
import type { Cursor } from '../store.ts';
import { compileAll, compileCondition, ofType } from './compile-condition.ts';
import { anyFilter } from './compile-values.ts';
import type { VersionDocument } from './documents.ts';
import { followFew, LOOKED, matchingOf } from './follow-link.ts';
import { comparePlaces, cursorOf, type Order, orderOf, readPlace, stepsOf } from './search-order.ts';
import { CHOSEN, type Snapshot } from './snapshot.ts';
import { STORED } from './stored-version.ts';
import { mayHaveWords } from './words.ts';

/** A resource that was found, and where a page that ends with it goes on. */
export interface Chosen {
  document: VersionDocument;
  cursor: Cursor;
}

export interface Found {
  rows: readonly Chosen[];
  /** There are rows before the first, and behind the last. */
  hasPrevious: boolean;
  hasNext: boolean;
  total?: number;
}

/** What a search asks for, as a filter of all types; where `parts` is given, the filter finds more, and each has to be looked at. */
interface Compiled {
  filter: Filter<VersionDocument>;
  parts?: readonly TypedConditions[];
  withBodies?: boolean;
}

/**
 * Finds current resources in a snapshot, until their bodies are enough for a page. Where one find gives them in order, they come with their
 * bodies, if these are wanted. Throws StoreError `timeout` or `too-costly` when that takes more than it may.
 */
export async function search(
  snapshot: Snapshot,
  query: SearchQuery,
  cursor?: Cursor,
  { withBodies = false }: { withBodies?: boolean } = {},
): Promise<Found> {
  const { after, isBack } = readPlace(cursor);
  const compiled = await compile(snapshot, query);
  const limit = query.count === 0 ? 0 : query.count + 1;
  const order = orderOf(query, isBack);
  const chosen = limit === 0 ? [] : await choose(snapshot, { ...compiled, withBodies }, order, after, limit);
  const rows = chosen.slice(0, enoughFor(chosen, query.count, snapshot.bounds.pageBytes));
  const isMore = chosen.length > rows.length;
  const isWhole = after === undefined && query.count > 0 && !isMore;
  const total = query.total === 'none' ? undefined : isWhole ? rows.length : await totalOf(snapshot, query, compiled);
  return {
    rows: isBack ? rows.reverse() : rows,
    hasPrevious: isBack ? isMore : after !== undefined,
    hasNext: isBack || isMore,
    ...(total !== undefined && { total }),
  };
}

/** How many of the rows a page has. */
function enoughFor(chosen: readonly Chosen[], count: number, pageBytes: number): number {
  let bytes = 0;
  const end = chosen.findIndex(({ document }) => {
    bytes += document.bytes;
    return bytes >= pageBytes;
  });
  return Math.min(count, end === -1 ? chosen.length : end + 1);
}

async function compile(snapshot: Snapshot, query: SearchQuery): Promise<Compiled> {
  const parts: TypedConditions[] = [query, ...(query.others ?? [])];
  const follow = followFew(snapshot);
  const alternatives: Filter<VersionDocument>[] = [];
  const whole: string[] = [];
  let isLooked = false;
  for (const { resourceType, where } of parts) {
    const simple: Filter<VersionDocument>[] = [];
    for (const condition of where) {
      const filter = await compileCondition(resourceType, condition, follow);
      if (filter !== undefined) simple.push(filter);
      else isLooked = true;
      // Only what has the words is read to see how they stand.
      if (filter === undefined && condition.kind === 'text' && condition.isIndexed) {
        simple.push(mayHaveWords(resourceType, condition));
      }
    }
    if (simple.length === 0) whole.push(resourceType);
    else alternatives.push(ofType(resourceType, simple));
  }
  if (whole.length > 0) alternatives.push({ terms: { $in: whole } });
  return { filter: anyFilter(alternatives), ...(isLooked && { parts }) };
}

async function choose(
  snapshot: Snapshot,
  compiled: Compiled,
  order: Order,
  after: Cursor | undefined,
  limit: number,
): Promise<Chosen[]> {
  const chosen: Chosen[] = [];
  let most = limit;
  let bytes = 0;
  const steps = stepsOf(order, after);
  if (steps === undefined) return chooseBest(snapshot, compiled, order, after, limit);
  for (const { filter, sort } of steps) {
    const left = most - chosen.length;
    if (left <= 0) break;
    const of = { $and: [compiled.filter, filter] };
    const bound = compiled.parts === undefined ? { limit: left } : {};
    for await (const document of candidates(snapshot, { ...compiled, filter: of }, order, { sort, ...bound })) {
      chosen.push({ document, cursor: cursorOf(document, order) });
      if (chosen.length >= most) break;
      bytes += document.bytes;
      // One more tells whether there is a next page.
      if (bytes >= snapshot.bounds.pageBytes) most = Math.min(most, chosen.length + 1);
    }
  }
  return chosen;
}

/** Looks at all that match and keeps the first in order. */
async function chooseBest(
  snapshot: Snapshot,
  compiled: Compiled,
  order: Order,
  after: Cursor | undefined,
  limit: number,
): Promise<Chosen[]> {
  let best: Chosen[] = [];
  const keepBest = (): void => {
    best.sort((a, b) => comparePlaces(order, a.cursor, b.cursor));
    best = best.slice(0, limit);
  };
  for await (const document of candidates(snapshot, { ...compiled, withBodies: false }, order, {})) {
    const cursor = cursorOf(document, order);
    if (after !== undefined && comparePlaces(order, cursor, after) <= 0) continue;
    best.push({ document, cursor });
    if (best.length >= limit + snapshot.bounds.chunk) keepBest();
  }
  keepBest();
  return best;
}

/** What matches, in the order of one find. */
async function* candidates(
  snapshot: Snapshot,
  { filter, parts, withBodies }: Compiled,
  order: Order,
  options: FindOptions,
): AsyncGenerator<VersionDocument> {
  const sorted = Object.fromEntries(order.values.map(({ path }) => [path, 1]));
  const further = parts !== undefined ? LOOKED.projection : withBodies ? STORED : {};
  const projection = { ...CHOSEN, ...sorted, ...further };
  const found = snapshot.each(filter, { ...options, projection });
  if (parts === undefined) return yield* found;
  let chunk: VersionDocument[] = [];
  for await (const document of found) {
    chunk.push(document);
    if (chunk.length < snapshot.bounds.chunk) continue;
    yield* await look(snapshot, parts, chunk);
    chunk = [];
  }
  yield* await look(snapshot, parts, chunk);
}

/** Those of a chunk that match, in its order. */
async function look(
  snapshot: Snapshot,
  parts: readonly TypedConditions[],
  chunk: readonly VersionDocument[],
): Promise<VersionDocument[]> {
  const matching = new Set<VersionDocument>();
  for (const { resourceType, where } of parts) {
    const ofPart = chunk.filter(({ type }) => type === resourceType);
    for (const document of await matchingOf(snapshot, resourceType, where, ofPart)) matching.add(document);
  }
  return chunk.filter(document => matching.has(document));
}

async function totalOf(snapshot: Snapshot, query: SearchQuery, compiled: Compiled): Promise<number | undefined> {
  if (query.total === 'default' && !(await isCheap(snapshot, query, compiled))) return undefined;
  if (compiled.parts === undefined) return snapshot.count(compiled.filter);
  let total = 0;
  for await (const _ of candidates(snapshot, compiled, { values: [], descending: false, isBack: false }, {})) total++;
  return total;
}

/** Whether few enough resources must be looked at to count those that match. */
async function isCheap(snapshot: Snapshot, query: SearchQuery, { filter, parts }: Compiled): Promise<boolean> {
  const { counted, lookedAt } = snapshot.bounds;
  if (query.others !== undefined) {
    return parts === undefined && (await snapshot.count(filter, counted + 1)) <= counted;
  }
  const { resourceType } = query;
  const where = query.where.filter(({ kind }) => kind !== 'lastUpdated');
  const drivers = where.filter(condition => !isLookedAt(condition));
  let fewest = Number.POSITIVE_INFINITY;
  for (const each of drivers) {
    const filters = await compileAll(resourceType, [each], followFew(snapshot));
    if (filters === undefined) continue;
    fewest = Math.min(fewest, await snapshot.count(ofType(resourceType, filters), counted + 1));
    if (fewest <= counted) return true;
  }
  if (fewest !== Number.POSITIVE_INFINITY) return false;
  const most = where.length === 0 ? counted : lookedAt;
  return (await snapshot.count({ terms: resourceType }, most + 1)) <= most;
}

/** Whether a condition can only be judged resource by resource. */
function isLookedAt(condition: Condition): boolean {
  switch (condition.kind) {
    case 'not':
    case 'text':
      return true;
    case 'any':
      return condition.anyOf.some(isLookedAt);
    case 'all':
      return condition.allOf.every(isLookedAt);
    default:
      return false;
  }
}
