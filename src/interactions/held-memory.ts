import type { Resource } from '../fhir/resource.ts';
import type { SearchLookup } from '../insurance/insurance-rule.ts';
import type { IndexEntry } from '../search/index-entry.ts';
import type { SearchQuery } from '../search/query.ts';
import type { Change, CurrentVersion, NewestCondition, Unit } from '../store/store.ts';

/** What a read or a search has found so far, by `Type/id`, and of a search what was changed last of it. */
export interface Held {
  found: Map<string, Resource>;
  search?: { query: SearchQuery; newest: CurrentVersion | undefined; digest?: SearchLookup['digest'] | undefined };
  /** Characters of the JSON that is kept of it. */
  size: number;
}

/** A search for what refers to any of some resources (`Type/id`) by a parameter: what new ones it finds can be told. */
export interface ReferringSearch {
  resourceType: string;
  parameter: string;
  targets: readonly string[];
}

/**
 * What claims are judged by and that changes from claim to claim: the patient, the covers of the family and the answers to its claims. Kept until
 * this process stores something else; a new resource is laid to what it belongs to. Held searches are judged at the commit again, so that
 * nothing is decided by what is not so any more.
 */
export interface HeldMemory {
  recall(key: string): Held | undefined;
  /** Keeps what was found, unless anything was stored since `generation` was asked for. */
  keep(key: string, held: Held, generation: number, by?: ReferringSearch): void;
  readonly generation: number;
  /** This unit is stored. */
  note(unit: Pick<Unit, 'changes' | 'time'>): void;
  /** Units were refused because there is something newer than that: where nothing newer is known here either, it is looked for anew. */
  doubt(conditions: readonly NewestCondition[]): void;
}

/** Types of which it is remembered what was found. */
const TYPES: ReadonlySet<string> = new Set(['ClaimResponse', 'Coverage', 'Patient']);

/** Whether what is found of the type may be held in memory. */
export const isHeldType = (resourceType: string): boolean => TYPES.has(resourceType);

/** Characters of JSON that are kept at most; parsed, they take some three times that. Beyond it, what was not used for longest is forgotten. */
const MOST = 32 * 1024 * 1024;

/** What a finding without any text counts. */
const LEAST = 400;

/** Where a unit changes more than this, all is looked for anew: others wait less for that than for each change to be gone through. */
const MOST_NOTED = 200;

/** A digest is about so much shorter than the JSON that it was made of. */
const SHORTER = 8;

/** What is counted for a resource that is kept, or its digest. */
export const keptSize = (text: string, digest: SearchLookup['digest']): number =>
  digest === undefined ? text.length : text.length / SHORTER;

const PLAIN_REFERENCE = /^[A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/;

/** A search of one parameter by plain references alone; undefined for every other one. */
export const referringSearch = (
  resourceType: string,
  parameters: readonly (readonly [name: string, value: string])[],
): ReferringSearch | undefined => {
  const [[parameter, value] = ['', ''], ...others] = parameters;
  const targets = value.split(',');
  const isPlain = others.length === 0 && !/[:._]/.test(parameter) && targets.every(each => PLAIN_REFERENCE.test(each));
  return isPlain ? { resourceType, parameter, targets } : undefined;
};

const nameOf = ({ resourceType, id }: Pick<Change, 'resourceType' | 'id'>): string => `${resourceType}/${id}`;

const setOf = (sets: Map<string, Set<string>>, name: string): Set<string> => {
  let set = sets.get(name);
  if (set === undefined) {
    set = new Set();
    sets.set(name, set);
  }
  return set;
};

/** What a resource of the type is found by, if it refers to a target. */
const linkName = (resourceType: string, parameter: string, target: string): string =>
  `${resourceType}?${parameter}=${target}`;

const linksOf = ({ resourceType, index }: Change): string[] =>
  index.flatMap((entry: IndexEntry) =>
    entry.kind === 'reference' && entry.type !== undefined && entry.id !== undefined
      ? [linkName(resourceType, entry.parameter, `${entry.type}/${entry.id}`)]
      : [],
  );

/** A memory that is empty. `most`: characters of JSON that it keeps. */
export const createHeldMemory = (most = MOST): HeldMemory => {
  // What was used last is at the end.
  const held = new Map<string, Held>();
  /** The keys of what was found with a resource, or looked for by a link; and the other way round. */
  const keysOf = new Map<string, Set<string>>();
  const namesOf = new Map<string, Set<string>>();
  const keyOf = new WeakMap<SearchQuery, string>();
  let generation = 0;
  let size = 0;
  const connect = (name: string, key: string): void => {
    setOf(keysOf, name).add(key);
    setOf(namesOf, key).add(name);
  };
  const forget = (key: string): void => {
    size -= held.get(key)?.size ?? 0;
    held.delete(key);
    for (const name of namesOf.get(key) ?? []) {
      const keys = keysOf.get(name);
      keys?.delete(key);
      if (keys?.size === 0) keysOf.delete(name);
    }
    namesOf.delete(key);
  };
  const forgetAllOf = (name: string): void => {
    for (const key of [...(keysOf.get(name) ?? [])]) forget(key);
  };
  const forgetAll = (): void => {
    for (const memory of [held, keysOf, namesOf]) memory.clear();
    size = 0;
  };
  const grow = (found: Held, by: number): void => {
    found.size += by;
    size += by;
    for (const oldest of held.keys()) {
      if (size <= most) return;
      forget(oldest);
    }
  };
  const add = (change: Change, text: string): void => {
    const { resourceType, id, versionId } = change;
    const keys = new Set(linksOf(change).flatMap(link => [...(keysOf.get(link) ?? [])]));
    let resource: Resource | undefined;
    for (const key of keys) {
      const known = held.get(key);
      if (known?.search === undefined) continue;
      resource ??= JSON.parse(text) as Resource;
      known.found.set(nameOf(change), known.search.digest?.(resource) ?? resource);
      known.search.newest = { resourceType, id, versionId };
      connect(nameOf(change), key);
      grow(known, keptSize(text, known.search.digest));
    }
  };
  return {
    get generation() {
      return generation;
    },
    recall: key => {
      const found = held.get(key);
      if (found === undefined) return undefined;
      held.delete(key);
      held.set(key, found);
      return found;
    },
    keep: (key, found, asked, by) => {
      if (asked !== generation) return;
      forget(key);
      held.set(key, found);
      if (found.search !== undefined) keyOf.set(found.search.query, key);
      for (const name of found.found.keys()) connect(name, key);
      for (const target of by?.targets ?? []) connect(linkName(by!.resourceType, by!.parameter, target), key);
      size += found.size;
      grow(found, LEAST);
    },
    note: ({ changes, time }) => {
      const noted = changes.filter(({ resourceType }) => TYPES.has(resourceType));
      if (noted.length === 0) return;
      generation += 1;
      if (held.size === 0) return;
      if (noted.length > MOST_NOTED) return forgetAll();
      for (const change of noted) {
        forgetAllOf(nameOf(change));
        // What gets its time at the commit is stored in other words than are known here.
        if (change.versionId === 1 && change.text !== undefined && time === undefined) add(change, change.text);
        else for (const link of linksOf(change)) forgetAllOf(link);
      }
    },
    doubt: conditions => {
      for (const { query, newest } of conditions) {
        const key = keyOf.get(query) ?? '';
        const search = held.get(key)?.search;
        if (search?.query === query && search.newest === newest) forget(key);
      }
    },
  };
};
