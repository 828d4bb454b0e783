import type { IndexEntry } from './index-entry.ts';
import type { Condition, DateRange, DateValue, SearchQuery } from './query.ts';

/** What a resource that is not stored yet would be found under. */
export interface Searchable {
  resourceType: string;
  id: string;
  /** Milliseconds since 1970 UTC. */
  lastUpdated: number;
  index: readonly IndexEntry[];
}

const isInDate = (value: DateRange, { prefix, low, high }: DateValue): boolean => {
  const isWithin = low <= value.low && value.high <= high;
  switch (prefix) {
    case 'eq':
      return isWithin;
    case 'ne':
      return !isWithin;
    case 'gt':
      return value.high > high;
    case 'lt':
      return value.low < low;
    case 'ge':
      return value.high > high || isWithin;
    case 'le':
      return value.low < low || isWithin;
    case 'sa':
      return value.low >= high;
    case 'eb':
      return value.high <= low;
    case 'ap':
      return value.low < high && value.high > low;
  }
};

const isFoundUnder = (entry: IndexEntry, by: Condition): boolean => {
  if (entry.kind === 'token' && by.kind === 'token') {
    return by.anyOf.some(
      ({ system, code }) =>
        (code === undefined || code === entry.code) && (system === undefined || system === (entry.system ?? '')),
    );
  }
  if (entry.kind === 'reference' && by.kind === 'reference') {
    return by.anyOf.some(value =>
      'url' in value
        ? value.url === entry.url
        : value.id === entry.id && (value.type === undefined || value.type === entry.type),
    );
  }
  if (entry.kind === 'string' && by.kind === 'string') {
    return by.anyOf.some(({ match, text }) => {
      if (match === 'exact') return entry.text === text;
      return match === 'starts' ? entry.folded.startsWith(text) : entry.folded.includes(text);
    });
  }
  return entry.kind === 'date' && by.kind === 'date' && by.anyOf.some(value => isInDate(entry, value));
};

const holds = ({ id, lastUpdated, index }: Searchable, by: Condition): boolean => {
  if (by.kind === 'id') return by.anyOf.includes(id);
  if (by.kind === 'lastUpdated') {
    return by.anyOf.some(value => isInDate({ low: lastUpdated, high: lastUpdated + 1 }, value));
  }
  return index.some(entry => entry.parameter === by.parameter && isFoundUnder(entry, by));
};

/** Whether a search finds a resource, by what a store would find it under. */
export const matchesQuery = (resource: Searchable, { resourceType, where }: SearchQuery): boolean =>
  resource.resourceType === resourceType && where.every(condition => holds(resource, condition));
