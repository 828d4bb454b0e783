import type { Resource } from '../fhir/resource.ts';
import type { Deps } from '../interactions/context.ts';
import { searchSettings } from '../interactions/search-settings.ts';
import { parseSearch } from '../search/parse-search.ts';
import type { Condition, SearchQuery } from '../search/query.ts';
import { requireIndexed } from '../search/read-condition.ts';
import type { ResourceKey } from '../store/store.ts';

/** Whose records are asked for, and which of them. */
export interface RecordsAsked {
  /** A resource that comes before the records, a family for example. */
  first: ResourceKey | undefined;
  /** Ids of patients, or all of them. */
  patients: readonly string[] | 'all';
  /** Days of care, and the time of the last change, as search parameters write them. */
  start: string | undefined;
  end: string | undefined;
  since: string | undefined;
  /** Undefined for all types. */
  types: ReadonlySet<string> | undefined;
}

/** A search for a part of the records; not all that it finds need be meant. */
export interface RecordPart {
  query: SearchQuery;
  isMeant?: (resource: Resource) => boolean;
}

/** The date of care, where a search parameter tells it. */
const CARE_DATES = ['date', 'created'];

/** What restricts the resources of a type by time. */
const timesOf = (deps: Deps, resourceType: string, { start, end, since }: RecordsAsked): readonly Condition[] => {
  const known = deps.definitions.searchParameters(resourceType);
  const care = CARE_DATES.find(name => known.get(name)?.type === 'date');
  const asked: [string, string][] = [];
  if (care !== undefined && start !== undefined) asked.push([care, `ge${start}`]);
  if (care !== undefined && end !== undefined) asked.push([care, `le${end}`]);
  if (since !== undefined) asked.push(['_lastUpdated', `ge${since}`]);
  const settings = { ...searchSettings(deps, resourceType), parametersOf: () => known };
  return parseSearch({ ...settings, parameters: asked, handling: 'strict' }).query.where;
};

/** Whether an index entry of one of the parameters leads to a patient who is meant. */
const leadsTo = (
  deps: Deps,
  resource: Resource,
  parameters: readonly string[],
  isPatient: (id: string) => boolean,
): boolean =>
  deps
    .extract(resource)
    .some(
      entry =>
        entry.kind === 'reference' &&
        entry.type === 'Patient' &&
        parameters.includes(entry.parameter) &&
        isPatient(entry.id ?? ''),
    );

/**
 * The searches that find the records of patients one after the other, each resource once: the patients, and what the compartment
 * says is theirs. `compartment` has the parameters by type.
 */
export const recordParts = (
  deps: Deps,
  asked: RecordsAsked,
  compartment: ReadonlyMap<string, readonly string[]>,
): RecordPart[] => {
  const { first, patients, types } = asked;
  const parts: RecordPart[] = [];
  const add = (resourceType: string, where: readonly Condition[], isMeant?: RecordPart['isMeant']): void => {
    if (types?.has(resourceType) === false || !deps.capability.types.has(resourceType)) return;
    const times = timesOf(deps, resourceType, asked);
    const query: SearchQuery = { resourceType, where: [...where, ...times], sort: [], count: 0, total: 'none' };
    parts.push(isMeant === undefined ? { query } : { query, isMeant });
  };
  if (first !== undefined) add(first.resourceType, [{ kind: 'id', anyOf: [first.id] }]);
  if (patients === 'all') {
    add('Patient', []);
    for (const [type, parameters] of compartment) {
      if (type === 'Patient' || parameters.length === 0) continue;
      add(type, [], resource => leadsTo(deps, resource, parameters, () => true));
    }
    return parts;
  }
  const ids = new Set(patients);
  const anyOf = patients.map(id => ({ type: 'Patient', id }));
  add('Patient', [{ kind: 'id', anyOf: patients }]);
  for (const [type, parameters] of compartment) {
    parameters.forEach((parameter, index) => {
      requireIndexed(parameter, type, deps.indexedParameters);
      const before = parameters.slice(0, index);
      // What an earlier part has found is not found again.
      const isNew = (resource: Resource): boolean =>
        !(type === 'Patient' && ids.has(resource.id ?? '')) &&
        !(type === first?.resourceType && resource.id === first.id) &&
        !leadsTo(deps, resource, before, id => ids.has(id));
      const isSure = before.length === 0 && type !== 'Patient' && type !== first?.resourceType;
      add(type, [{ kind: 'reference', parameter, anyOf }], isSure ? undefined : isNew);
    });
  }
  return parts;
};
