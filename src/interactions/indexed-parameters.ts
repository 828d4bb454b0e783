import type { Capability, ServedSearch } from '../definitions/capability.ts';
import type { GrowingDefinitions, SearchParameter } from '../definitions/definitions.ts';
import { indexedAs } from '../search/indexed-as.ts';
import { parameterFault } from '../search/parameter-fault.ts';
import type { Store } from '../store/store.ts';
import type { ReferenceEntries } from './reference-entries.ts';
import { type Built, printIndexState, readIndexState, type TypeIndexing } from './type-indexing.ts';

export type ParametersByCode = ReadonlyMap<string, SearchParameter>;

/** What resources can be searched by now: search parameters come and go while the server runs, and the index follows them. */
export interface IndexedParameters {
  /** Grows whenever the index is to be made of something else: what was extracted before is out of date. */
  readonly epoch: number;
  /** The search parameters of a type, those too that are still being indexed; undefined where it cannot be searched here. */
  parametersOf(resourceType: string): ParametersByCode | undefined;
  /** Of a parameter that cannot be searched by yet, how many percent of the resources are indexed by it. */
  percentIndexed(resourceType: string, code: string): number | undefined;
  /** Whether the words of all resources of a type are indexed, so that searching by them need not read each. */
  hasFullText(resourceType: string): boolean;
  /** What a type can be searched by now, and what is still being indexed, for whoever is told. */
  readonly served: ServedSearch;
  /** Looks what has become of the definitions. To be called as soon as they have changed, before anything else is done. */
  follow(): void;
  /** Types that have to be indexed anew, with what is known of each. */
  readonly pending: ReadonlyMap<string, TypeIndexing>;
  /** Every resource of these types is to be indexed anew. */
  renew(resourceTypes: Iterable<string>): void;
  /** So far has the work on a type come. */
  advance(resourceType: string, index: TypeIndexing): void;
}

interface IndexedParametersOptions {
  definitions: GrowingDefinitions;
  capability: Capability;
  store: Store;
  references: ReferenceEntries;
  timeZone: string;
  /** Types whose words are indexed. */
  fullTextTypes: ReadonlySet<string>;
  /** Told that there is something to index. */
  onPending: () => void;
}

/** What is in the index beside the search parameters: whom references hold, by no parameter. */
const REFERENCES = '*';

/** The words of resources, and a text that would change with what they are or with how a store finds them. */
const WORDS = '_content';
const FULL_TEXT_FORM = '2';

const isSame = (a: Built, b: Built): boolean => a.size === b.size && [...a].every(([code, as]) => b.get(code) === as);

/** What of `before` is as it is wanted now. */
const still = (before: Built, wanted: Built): Built =>
  new Map([...before].filter(([code, as]) => wanted.get(code) === as));

const anew = (wanted: Built, built: Built): TypeIndexing => ({
  built,
  work: { wanted, after: undefined, done: 0, total: undefined },
});

/**
 * Reads what the store's index was built with and compares it with what is wanted now. What is remembered is on its way to the store when
 * this resolves, before any write that relies on it.
 */
export const openIndexedParameters = async (options: IndexedParametersOptions): Promise<IndexedParameters> => {
  const { definitions, capability, store, references, timeZone, fullTextTypes, onPending } = options;
  const types = [...capability.types.values()];
  const indexes = new Map<string, TypeIndexing>();
  const pending = new Map<string, TypeIndexing>();
  const offered = new Map<string, { posted: ParametersByCode; all: ParametersByCode }>();
  let epoch = 0;

  const wantedBy = new Map<string, { parameters: ParametersByCode; wanted: Built }>();
  const wantedOf = (resourceType: string): Built => {
    const parameters = definitions.searchParameters(resourceType);
    let known = wantedBy.get(resourceType);
    if (known?.parameters !== parameters) {
      const wanted = indexedAs(resourceType, definitions, timeZone).set(REFERENCES, references.formOf(resourceType));
      if (fullTextTypes.has(resourceType)) wanted.set(WORDS, FULL_TEXT_FORM);
      known = { parameters, wanted };
      wantedBy.set(resourceType, known);
    }
    return known.wanted;
  };

  const set = (resourceType: string, index: TypeIndexing): void => {
    indexes.set(resourceType, index);
    if (index.work === undefined) pending.delete(resourceType);
    else pending.set(resourceType, index);
  };

  /** Nobody waits for it: the order of commits sees to it that it is there before what is written from now on. */
  const remember = (states: ReadonlyMap<string, string>): void => {
    if (states.size === 0) return;
    store.commit({ changes: [], indexing: { resources: [], states } }).catch(() => {
      // A store that cannot write takes no resources either; the next start finds the older state and goes by that.
    });
  };

  const known = new Map([...(await store.indexStates())].map(([type, text]) => [type, readIndexState(text)]));
  const isEmpty = async (resourceType: string): Promise<boolean> => {
    const one = await store.search({ resourceType, where: [], sort: [], count: 1, total: 'none' });
    return one.versions.length === 0;
  };
  const states = new Map<string, string>();
  for (const { resourceType } of types) {
    const wanted = wantedOf(resourceType);
    const before = known.get(resourceType);
    let index: TypeIndexing;
    if (before !== undefined && before.work === undefined && isSame(before.built, wanted)) index = before;
    else if (before?.work !== undefined && isSame(before.work.wanted, wanted)) index = before;
    else if (await isEmpty(resourceType)) index = { built: wanted };
    else index = anew(wanted, still(before?.built ?? new Map(), wanted));
    set(resourceType, index);
    if (index !== before) states.set(resourceType, printIndexState(index));
  }
  remember(states);

  const parametersOf = (resourceType: string): ParametersByCode | undefined => {
    const type = capability.types.get(resourceType);
    if (!type?.interactions.has('search-type')) return undefined;
    const posted = definitions.postedSearchParameters(resourceType);
    if (posted.size === 0 || type.listsSearchParameters) return type.searchParameters;
    let both = offered.get(resourceType);
    if (both?.posted !== posted) {
      const usable = [...posted].filter(([, parameter]) => parameterFault(parameter, definitions) === undefined);
      const sorted = [...type.searchParameters, ...usable].sort(([a], [b]) => (a < b ? -1 : 1));
      both = { posted, all: new Map(sorted) };
      offered.set(resourceType, both);
    }
    return both.all;
  };

  const percentIndexed = (resourceType: string, code: string): number | undefined => {
    const index = pending.get(resourceType);
    if (index?.work === undefined) return undefined;
    const { built, work } = index;
    const as = work.wanted.get(code);
    // Words are found without an index too.
    if (as === undefined || code === WORDS || built.get(code) === as) return undefined;
    return work.total === undefined ? 0 : Math.min(99, Math.floor((100 * work.done) / Math.max(1, work.total)));
  };

  return {
    get epoch() {
      return epoch;
    },
    pending,
    parametersOf,
    percentIndexed,
    hasFullText: resourceType => indexes.get(resourceType)?.built.has(WORDS) === true,
    served: {
      get state() {
        return pending.size === 0 ? definitions.generation : undefined;
      },
      parametersOf: resourceType =>
        new Map(
          [...(parametersOf(resourceType) ?? [])].filter(([code]) => percentIndexed(resourceType, code) === undefined),
        ),
      indexing: resourceType =>
        [...(parametersOf(resourceType)?.keys() ?? [])].flatMap(code => {
          const percent = percentIndexed(resourceType, code);
          return percent === undefined ? [] : [[code, percent] as const];
        }),
    },
    follow() {
      const states = new Map<string, string>();
      for (const { resourceType } of types) {
        const before = indexes.get(resourceType)!;
        const wanted = wantedOf(resourceType);
        if (isSame(before.work?.wanted ?? before.built, wanted)) continue;
        const index = anew(wanted, still(before.built, wanted));
        set(resourceType, index);
        states.set(resourceType, printIndexState(index));
      }
      if (states.size === 0) return;
      epoch++;
      remember(states);
      onPending();
    },
    renew(resourceTypes) {
      for (const resourceType of resourceTypes) {
        const before = indexes.get(resourceType);
        if (before !== undefined) set(resourceType, anew(before.work?.wanted ?? before.built, before.built));
      }
      onPending();
    },
    advance: set,
  };
};
