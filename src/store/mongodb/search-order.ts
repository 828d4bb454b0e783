import type { Filter, Sort } from 'mongodb';
import type { SearchQuery } from '../../search/query.ts';
import type { Cursor } from '../store.ts';
import type { VersionDocument } from './documents.ts';
import { compareValues, sortField } from './terms.ts';

/** What a resource is sorted by before the order of change. */
interface ValueKey {
  /** A field of the document. */
  path: string;
  descending: boolean;
  read(document: VersionDocument): number | string | null;
}

/** Values first, then the order of change in one direction, which leaves no two resources equal. */
export interface Order {
  values: readonly ValueKey[];
  descending: boolean;
  /** Against the order, from a cursor to what comes before it. */
  isBack: boolean;
}

/** Ends a cursor to what comes before it. */
const BACK = 'back';

/** A cursor to what comes before what another one leads behind. */
export const towardsFirst = (cursor: Cursor): Cursor => [...cursor, BACK];

/** Where a page begins, and in which direction it goes. */
export const readPlace = (cursor: Cursor | undefined): { after: Cursor | undefined; isBack: boolean } =>
  cursor?.at(-1) === BACK ? { after: cursor.slice(0, -1), isBack: true } : { after: cursor, isBack: false };

/** `_lastUpdated` is the order of change, in which no two are equal: what would come after it in `_sort` has no say. */
export function orderOf({ sort }: SearchQuery, isBack: boolean): Order {
  const values: ValueKey[] = [];
  for (const { kind, parameter, descending } of sort) {
    if (kind === 'lastUpdated') return { values, descending, isBack };
    if (kind === 'id') {
      values.push({ path: 'id', descending, read: ({ id }) => id });
      continue;
    }
    const field = sortField(parameter);
    const end = descending ? 'greatest' : 'least';
    values.push({
      path: `keys.${field}.${end}`,
      descending,
      read: ({ keys }) => keys?.[field]?.[end] ?? null,
    });
  }
  return { values, descending: sort.at(-1)?.descending ?? false, isBack };
}

/** Where a page that ends with a resource goes on. */
export const cursorOf = (document: VersionDocument, { values }: Order): Cursor => [
  ...values.map(({ read }) => read(document)),
  document._id,
];

/** One find in the order of an index or of a sort by the database. */
export interface Step {
  filter: Filter<VersionDocument>;
  sort: Sort;
}

const beyond = (isFalling: boolean, value: number | string): object => ({ [isFalling ? '$lt' : '$gt']: value });
const direction = (isFalling: boolean): 1 | -1 => (isFalling ? -1 : 1);

/**
 * The finds that give resources in order, from a cursor on; undefined where databases have no such order: by several values, of which any
 * may be missing, and what is missing comes last.
 */
export function stepsOf({ values, descending, isBack }: Order, after: Cursor | undefined): Step[] | undefined {
  const isFalling = descending !== isBack;
  const byChange: Sort = { _id: direction(isFalling) };
  const changedAfter = (place: Cursor[number] | undefined): Filter<VersionDocument> =>
    typeof place === 'number' ? { _id: beyond(isFalling, place) } : {};
  const [key, ...others] = values;
  if (key === undefined) return [{ filter: changedAfter(after?.[0]), sort: byChange }];
  if (others.length > 0) return undefined;
  const { path } = key;
  const isKeyFalling = key.descending !== isBack;
  const [value, place] = after ?? [];
  const isAmongMissing = value === null;
  const missing: Step = {
    filter: { $and: [{ [path]: { $exists: false } }, isAmongMissing ? changedAfter(place) : {}] },
    sort: byChange,
  };
  const from =
    value === undefined || value === null
      ? {}
      : { $or: [{ [path]: beyond(isKeyFalling, value) }, { $and: [{ [path]: value }, changedAfter(place)] }] };
  const present: Step = {
    filter: { $and: [{ [path]: { $exists: true } }, from] },
    sort: { [path]: direction(isKeyFalling), _id: direction(isFalling) },
  };
  const [first, then] = isBack ? [missing, present] : [present, missing];
  const isInFirst = after === undefined || isAmongMissing === isBack;
  return isInFirst ? [first, then] : [then];
}

/** How two places in an order compare; a missing value comes last in either direction. */
export function comparePlaces({ values, descending, isBack }: Order, a: Cursor, b: Cursor): number {
  const way = isBack ? -1 : 1;
  for (const [i, key] of values.entries()) {
    const [left, right] = [a[i] ?? null, b[i] ?? null];
    if (left === right) continue;
    if (left === null) return way;
    if (right === null) return -way;
    const compared = compareValues(left, right);
    if (compared !== 0) return way * direction(key.descending) * compared;
  }
  return way * direction(descending) * ((a.at(-1) as number) - (b.at(-1) as number));
}
