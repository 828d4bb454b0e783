import { type Matchable, matches, type Others } from './match.ts';
import type { Condition, SearchQuery, TypedConditions } from './query.ts';

/** Resources that are not stored yet and can be searched. */
export interface Gathered<Item extends Matchable> {
  add(item: Item): void;
  /**
   * Those that the search matches, in no order. What references lead to, and what refers to a resource, is
   * looked for among the gathered, too.
   */
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
const keysAsked = ({ where }: TypedConditions): string[] | undefined => {
  for (const condition of where) {
    const keys = keysOfCondition(condition);
    if (keys.every(key => key !== undefined)) return keys;
  }
  return undefined;
};

const keysOf = ({ id, index }: Matchable): string[] => {
  const keys = [`_id ${id}`];
  for (const entry of index) {
    const values = entry.kind === 'token' ? [entry.code] : entry.kind === 'reference' ? [entry.id, entry.url] : [];
    for (const value of values) if (value !== undefined) keys.push(`${entry.parameter} ${value}`);
  }
  return keys;
};

/** Makes an empty gathering. Codes, ids and references are looked up; whatever else is asked is compared one by one. */
export const gather = <Item extends Matchable>(): Gathered<Item> => {
  const all = new Map<string, Item[]>();
  const byKey = new Map<string, Set<Item>>();
  const others: Others = {
    read: (resourceType, id) => [...(byKey.get(`${resourceType} _id ${id}`) ?? [])][0],
    all: resourceType => all.get(resourceType) ?? [],
  };
  const findTyped = (asked: TypedConditions): Item[] => {
    const { resourceType, where } = asked;
    const keys = keysAsked(asked);
    const candidates =
      keys === undefined
        ? (all.get(resourceType) ?? [])
        : new Set(keys.flatMap(key => [...(byKey.get(`${resourceType} ${key}`) ?? [])]));
    return [...candidates].filter(item => where.every(condition => matches(item, condition, others)));
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
    find: query => [query, ...(query.others ?? [])].flatMap(findTyped),
  };
};
