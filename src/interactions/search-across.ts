import { type Gathered, gather } from '../search/gather.ts';
import type { Matchable } from '../search/match.ts';
import type { Condition, SearchQuery } from '../search/query.ts';
import type { Store, StoredVersion } from '../store/store.ts';

type Link = Extract<Condition, { kind: 'refersTo' | 'referredBy' }>;

/** What is going to be, and how what is stored is seen. */
export interface AcrossOptions<Item extends Matchable> {
  store: Pick<Store, 'search'>;
  /** What resources of the type will be there as they are going to be, besides what is stored and not replaced. */
  coming(resourceType: string): Promise<readonly Item[]>;
  /** Ids of the type under which nothing that is stored counts: it is replaced or deleted. */
  replaced(resourceType: string): readonly string[];
  /** A stored resource as searches see it. */
  asMatchable(version: StoredVersion): Matchable;
}

/** Searches what will be there: what is coming, and what is stored and stays. */
export interface SearchAcross<Item extends Matchable> {
  /** What is coming and matches, in no order. */
  findComing(query: SearchQuery): Promise<Item[]>;
  /** The search that finds what is stored, stays, and will match. */
  ofStored(query: SearchQuery): Promise<SearchQuery>;
}

/** How many ids one search asks for at most. */
const IDS_AT_ONCE = 500;

const all = (...allOf: readonly Condition[]): Condition => ({ kind: 'all', allOf });

/** Ids of a type that a parameter of the resource refers to. */
const idsReferredTo = ({ index }: Matchable, parameter: string, resourceType: string): string[] =>
  index.flatMap(entry =>
    entry.kind === 'reference' && entry.parameter === parameter && entry.type === resourceType ? (entry.id ?? []) : [],
  );

/**
 * Makes searches over what will be there when a transaction is done. What a reference leads to may be coming while what refers is stored,
 * and the other way round, at each step of a chain; so each link is put in words that either side can judge by itself.
 * https://hl7.org/fhir/R4/http.html#trules
 */
export const searchAcross = <Item extends Matchable>(options: AcrossOptions<Item>): SearchAcross<Item> => {
  const gathered = new Map<string, Gathered<Item>>();

  const gatheredOf = async (resourceType: string): Promise<Gathered<Item>> => {
    const known = gathered.get(resourceType);
    if (known !== undefined) return known;
    const made = gather<Item>();
    for (const item of await options.coming(resourceType)) made.add(item);
    gathered.set(resourceType, made);
    return made;
  };

  const stays = (resourceType: string): Condition[] => {
    const ids = options.replaced(resourceType);
    return ids.length === 0 ? [] : [{ kind: 'not', none: { kind: 'id', anyOf: ids } }];
  };

  const findStored = async (resourceType: string, where: readonly Condition[]): Promise<StoredVersion[]> => {
    const found: StoredVersion[] = [];
    const query = { resourceType, where: [...where, ...stays(resourceType)], sort: [], count: IDS_AT_ONCE };
    let after: Parameters<Store['search']>[1];
    do {
      const page = await options.store.search({ ...query, total: 'none' }, after);
      found.push(...page.versions);
      after = page.next;
    } while (after !== undefined);
    return found;
  };

  const inParts = async <T>(ids: readonly string[], find: (part: string[]) => Promise<T[]>): Promise<T[]> => {
    const found: T[] = [];
    for (let from = 0; from < ids.length; from += IDS_AT_ONCE) {
      found.push(...(await find(ids.slice(from, from + IDS_AT_ONCE))));
    }
    return found;
  };

  const findComingTyped = async (resourceType: string, where: readonly Condition[]): Promise<Item[]> => {
    const judged = await Promise.all(where.map(each => forComing(resourceType, each)));
    return (await gatheredOf(resourceType)).find({ resourceType, where: judged, sort: [], count: 0, total: 'none' });
  };

  const everyComing = (resourceType: string): Promise<Item[]> => findComingTyped(resourceType, []);

  /** A link from what is coming, by what it leads to of either side. */
  const linkOfComing = async (resourceType: string, { kind, parameter, ...link }: Link): Promise<Condition> => {
    const other = link.resourceType;
    const onStored = await forStored(other, link.where);
    const matching = await findComingTyped(other, [link.where]);
    if (kind === 'refersTo') {
      const items = await everyComing(resourceType);
      const named = [...new Set(items.flatMap(item => idsReferredTo(item, parameter, other)))];
      const stored = await inParts(named, ids => findStored(other, [{ kind: 'id', anyOf: ids }, onStored]));
      return { kind: 'reference', parameter, anyOf: [...matching, ...stored].map(({ id }) => ({ type: other, id })) };
    }
    const ids = (await everyComing(resourceType)).map(({ id }) => id);
    const stored = await inParts(ids, part =>
      findStored(other, [
        { kind: 'reference', parameter, anyOf: part.map(id => ({ type: resourceType, id })) },
        onStored,
      ]),
    );
    const referring = [...matching, ...stored.map(options.asMatchable)];
    return { kind: 'id', anyOf: referring.flatMap(item => idsReferredTo(item, parameter, resourceType)) };
  };

  /** A link from what is stored: as it is, to what stays; and to what is coming, by name. */
  const linkOfStored = async (resourceType: string, link: Link): Promise<Condition> => {
    const { kind, parameter, resourceType: other, where } = link;
    const toStored: Condition = { ...link, where: all(await forStored(other, where), ...stays(other)) };
    const matching = await findComingTyped(other, [where]);
    if (matching.length === 0) return toStored;
    const toComing: Condition =
      kind === 'refersTo'
        ? { kind: 'reference', parameter, anyOf: matching.map(({ id }) => ({ type: other, id })) }
        : { kind: 'id', anyOf: matching.flatMap(item => idsReferredTo(item, parameter, resourceType)) };
    return { kind: 'any', anyOf: [toStored, toComing] };
  };

  const judgedBy =
    (linkOf: (resourceType: string, link: Link) => Promise<Condition>) =>
    (resourceType: string, condition: Condition): Promise<Condition> => {
      const visit = async (each: Condition): Promise<Condition> => {
        switch (each.kind) {
          case 'not':
            return { ...each, none: await visit(each.none) };
          case 'any':
            return { ...each, anyOf: await Promise.all(each.anyOf.map(visit)) };
          case 'all':
            return { ...each, allOf: await Promise.all(each.allOf.map(visit)) };
          case 'refersTo':
          case 'referredBy':
            return linkOf(resourceType, each);
          default:
            return each;
        }
      };
      return visit(condition);
    };

  const forComing = judgedBy(linkOfComing);
  const forStored = judgedBy(linkOfStored);

  return {
    findComing: ({ resourceType, where }) => findComingTyped(resourceType, where),
    ofStored: async query => ({
      ...query,
      where: [
        ...(await Promise.all(query.where.map(each => forStored(query.resourceType, each)))),
        ...stays(query.resourceType),
      ],
    }),
  };
};
