import { fullTextOf, hasPhrases } from './full-text.ts';
import { codeOf, type IndexEntry } from './index-entry.ts';
import type { Condition, Range, RangeValue, ReferenceValue, StringValue, TokenValue } from './query.ts';

/** A resource as searches see it. */
export interface Matchable {
  resourceType: string;
  id: string;
  /** Milliseconds since 1970 UTC. */
  lastUpdated: number;
  index: readonly IndexEntry[];
  /** Its JSON, for conditions on its words. */
  text?: string;
}

/** The other resources, for conditions on what a reference leads to and on what refers to a resource. */
export interface Others {
  read(resourceType: string, id: string): Matchable | undefined;
  all(resourceType: string): Iterable<Matchable>;
}

/**
 * Whether a resource matches a condition, as a store would find it: the query tree in its plainest reading, value by value.
 * https://hl7.org/fhir/R4/search.html
 */
export function matches(item: Matchable, condition: Condition, others: Others): boolean {
  switch (condition.kind) {
    case 'id':
      return condition.anyOf.includes(item.id);
    case 'lastUpdated': {
      const instant = { low: item.lastUpdated, high: item.lastUpdated + 1 };
      return condition.anyOf.some(value => isInRange(instant, value));
    }
    case 'text':
      return item.text !== undefined && hasPhrases(fullTextOf(JSON.parse(item.text))[condition.part], condition.anyOf);
    case 'missing':
      return condition.isMissing !== item.index.some(({ parameter }) => codeOf(parameter) === condition.parameter);
    case 'not':
      return !matches(item, condition.none, others);
    case 'any':
      return condition.anyOf.some(each => matches(item, each, others));
    case 'all':
      return condition.allOf.every(each => matches(item, each, others));
    case 'refersTo':
      return item.index.some(entry => {
        if (!isReferenceTo(entry, condition.parameter, condition.resourceType)) return false;
        const target = others.read(condition.resourceType, entry.id!);
        return target !== undefined && matches(target, condition.where, others);
      });
    case 'referredBy':
      for (const other of others.all(condition.resourceType)) {
        const refers = other.index.some(
          entry => isReferenceTo(entry, condition.parameter, item.resourceType) && entry.id === item.id,
        );
        if (refers && matches(other, condition.where, others)) return true;
      }
      return false;
    default:
      return item.index.some(entry => entry.parameter === condition.parameter && hasValue(entry, condition));
  }
}

type ReferenceEntry = Extract<IndexEntry, { kind: 'reference' }>;

const isReferenceTo = (entry: IndexEntry, parameter: string, resourceType: string): entry is ReferenceEntry =>
  entry.kind === 'reference' && entry.parameter === parameter && entry.type === resourceType && entry.id !== undefined;

type ValueCondition = Extract<Condition, { kind: 'token' | 'reference' | 'string' | 'date' | 'number' }>;

/** Whether an entry of the same parameter is one of the values that are asked for. */
function hasValue(entry: IndexEntry, condition: ValueCondition): boolean {
  switch (condition.kind) {
    case 'token':
      return entry.kind === 'token' && condition.anyOf.some(value => isToken(entry, value));
    case 'reference':
      return entry.kind === 'reference' && condition.anyOf.some(value => isReference(entry, value));
    case 'string':
      return condition.anyOf.some(value => isString(entry, value));
    case 'date':
    case 'number':
      return entry.kind === condition.kind && condition.anyOf.some(value => isInRange(entry, value));
  }
}

const isToken = (entry: { system?: string; code?: string }, { system, code }: TokenValue): boolean =>
  (code === undefined || code === entry.code) && (system === undefined || system === (entry.system ?? ''));

const isReference = (entry: ReferenceEntry, value: ReferenceValue): boolean =>
  'url' in value ? value.url === entry.url : value.id === entry.id && (value.type ?? entry.type) === entry.type;

function isString(entry: IndexEntry, { match, text }: StringValue): boolean {
  if (match === 'exact') return entry.kind === 'string' && entry.text === text;
  if (entry.kind !== 'string' && entry.kind !== 'text') return false;
  const found = entry.kind === 'string' ? entry.folded : entry.text;
  return match === 'starts' ? found.startsWith(text) : found.includes(text);
}

/** https://hl7.org/fhir/R4/search.html#prefix */
function isInRange(value: Range, { prefix, low, high }: RangeValue): boolean {
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
}
