import type { Resource } from '../fhir/resource.ts';
import { followNewest } from '../store/follow-newest.ts';
import type { Store } from '../store/store.ts';

/** Types that claims are judged by and that seldom change: what is found of them is remembered. */
const SET_UP_TYPES: ReadonlySet<string> = new Set([
  'ActivityDefinition',
  'ChargeItemDefinition',
  'InsurancePlan',
  'List',
  'Medication',
  'Organization',
]);

/** Whether what is found of the type may be remembered. */
export const isSetUpType = (resourceType: string): boolean => SET_UP_TYPES.has(resourceType);

/** What was found of a scheme's set-up, until anything of it is changed. */
export interface SetUpMemory {
  /** What was found under the key before, or what `look` finds now. The same objects are given to all: nobody may change them. */
  recall(key: string, look: () => Promise<readonly Resource[]>): Promise<readonly Resource[]>;
  /** Resources of these types are being stored: where a set-up type is among them, all is forgotten. */
  note(resourceTypes: Iterable<string>): void;
}

/** Findings that are kept at most; beyond it, all are forgotten. */
const MOST = 50_000;

/** A memory that is empty. */
export const createSetUpMemory = (): SetUpMemory => {
  const found = new Map<string, readonly Resource[]>();
  let generation = 0;
  return {
    recall: async (key, look) => {
      const known = found.get(key);
      if (known !== undefined) return known;
      const asked = generation;
      const resources = await look();
      // What was stored while this was looked for may not be in it.
      if (asked === generation) {
        if (found.size >= MOST) found.clear();
        found.set(key, resources);
      }
      return resources;
    },
    note: resourceTypes => {
      for (const type of resourceTypes) {
        if (!SET_UP_TYPES.has(type)) continue;
        generation += 1;
        found.clear();
        return;
      }
    },
  };
};

/** Makes what forgets a set-up that other processes have changed since it was called last. */
export const followSetUp = (store: Pick<Store, 'newest'>, setUp: SetUpMemory): (() => Promise<void>) =>
  followNewest(store, [...SET_UP_TYPES], versions => setUp.note(versions.map(({ resourceType }) => resourceType)));
