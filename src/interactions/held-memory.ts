import type { Resource } from '../fhir/resource.ts';
import type { Change } from '../store/store.ts';

/** What a search has found so far, by id. */
export interface Held {
  byId: Map<string, Resource>;
  /** When the newest of it was stored: what is newer is still to be looked for. */
  upTo: number;
}

/**
 * What searches have found that are made again and again, each time with a little more: the answers to a family's claims. Only what is
 * newer is looked for again. What it gives is held to the commit, so that nothing is decided by what is not so any more.
 */
export interface HeldMemory {
  recall(key: string): Held | undefined;
  /** Keeps what was found, unless something of it was changed since `generation` was asked for. */
  keep(key: string, held: Held, generation: number): void;
  readonly generation: number;
  /** These are stored: whatever held an earlier version of one of them is forgotten. */
  note(changes: readonly Pick<Change, 'id' | 'versionId'>[]): void;
}

/** Resources that are kept at most; beyond it, all is forgotten. */
const MOST = 20_000;

/** A memory that is empty. */
export const createHeldMemory = (): HeldMemory => {
  const held = new Map<string, Held>();
  const keysOf = new Map<string, Set<string>>();
  let generation = 0;
  const forgetAll = (): void => {
    held.clear();
    keysOf.clear();
  };
  return {
    get generation() {
      return generation;
    },
    recall: key => held.get(key),
    keep: (key, found, asked) => {
      if (asked !== generation) return;
      if (keysOf.size > MOST) forgetAll();
      held.set(key, found);
      for (const id of found.byId.keys()) {
        const keys = keysOf.get(id);
        if (keys === undefined) keysOf.set(id, new Set([key]));
        else keys.add(key);
      }
    },
    note: changes => {
      for (const { id, versionId } of changes) {
        if (versionId === 1) continue;
        generation += 1;
        for (const key of keysOf.get(id) ?? []) held.delete(key);
        keysOf.delete(id);
      }
    },
  };
};
