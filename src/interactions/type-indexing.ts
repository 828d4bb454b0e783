import type { Cursor } from '../store/store.ts';

/** How each search parameter is indexed, by its code (see `indexedAs`). */
export type Built = ReadonlyMap<string, string>;

/** What the resources of a type are indexed by. A state of it is never changed. */
export interface TypeIndexing {
  /** What every resource of the type is indexed by. */
  built: Built;
  /** The work that is left where something else is wanted. */
  work?: IndexWork;
}

/** How far the resources of a type are indexed anew. */
export interface IndexWork {
  wanted: Built;
  /** Where to go on; undefined at the beginning. */
  after: Cursor | undefined;
  done: number;
  /** Resources there were at the beginning; undefined before they are counted. */
  total: number | undefined;
}

/** A state as text, for the store. */
export const printIndexState = ({ built, work }: TypeIndexing): string =>
  JSON.stringify({
    built: Object.fromEntries(built),
    ...(work && { work: { ...work, wanted: Object.fromEntries(work.wanted) } }),
  });

interface Printed {
  built: Record<string, string>;
  work?: { wanted: Record<string, string>; after?: Cursor; done: number; total?: number };
}

/** What `printIndexState` has printed. */
export const readIndexState = (text: string): TypeIndexing => {
  const { built, work } = JSON.parse(text) as Printed;
  const index: TypeIndexing = { built: new Map(Object.entries(built)) };
  if (work === undefined) return index;
  const { wanted, after, done, total } = work;
  return { ...index, work: { wanted: new Map(Object.entries(wanted)), after, done, total } };
};
