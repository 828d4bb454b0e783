import { type Matchable, matches, type Others } from './match.ts';
import type { Condition, SearchQuery } from './query.ts';

/** Resources that are not stored yet and can be searched. */
export interface Gathered<Item extends Matchable> {
  add(item: Item): void;
  /** Those that the search matches, in the order in which they were added. */
  find(query: SearchQuery): Item[];
}

const keysOfCondition = (condition: Condition): (string | undefined)[] => {
  switch (condition.kind) {
    case 'id':
      return condition.anyOf.map(id => `_id ${id}`);
    case 'token':
      return condition.anyOf.map(({ code }) => (code === undefined ? undefined : `${condition.parameter} ${code}`));
    case 'reference':
      return condition.anyOf.map(value => `${condition.parameter} ${'id' in value ? value.id : value.url}`);
    default:
      return [undefined];
  }
};

/** Keys that all matches of a search have one of; undefined where it asks for nothing that has a key. */
const keysAsked = ({ where }: SearchQuery): string[] | undefined => {
  for (const condition of where) {
    const keys = keysOfCondition(condition);
    if (keys.every(key => key !== undefined)) return keys;
  }
  return undefined;
};

const keysOf = ({ id, index }: Matchable): string[] => {
  const keys = [`_id ${id}`];
  for (const entry of index) {
    const value =
      entry.kind === 'token' ? entry.code : entry.kind === 'reference' ? (entry.id ?? entry.url) : undefined;
    if (value !== undefined) keys.push(`${entry.parameter} ${value}`);
  }
  return keys;
};

/** Makes an empty gathering. Codes, ids and references are looked up; whatever else is asked is compared one by one. */
export const gather = <Item extends Matchable>(): Gathered<Item> => {
  const all = new Map<string, Item[]>();
  const byKey = new Map<string, Set<Item>>();
  const others: Others = {
    read: (resourceType, id) => all.get(resourceType)?.find(item => item.id === id),
    all: resourceType => all.get(resourceType) ?? [],
  };
  return {
    add: item => {
      const { resourceType } = item;
      const ofType = all.get(resourceType);
      if (ofType === undefined) all.set(resourceType, [item]);
      else ofType.push(item);
      for (const each of keysOf(item)) {
        const key = `${resourceType} ${each}`;
        const having = byKey.get(key);
        if (having === undefined) byKey.set(key, new Set([item]));
        else having.add(item);
      }
    },
    find: query => {
      const keys = keysAsked(query);
      const candidates =
        keys === undefined
          ? (all.get(query.resourceType) ?? [])
          : new Set(keys.flatMap(key => [...(byKey.get(`${query.resourceType} ${key}`) ?? [])]));
      return [...candidates].filter(item => query.where.every(condition => matches(item, condition, others)));
    },
  };
};
