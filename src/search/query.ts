import type { DateRange } from '../fhir/datetime.ts';
import type { Phrase, TextPart } from './full-text.ts';

/**
 * A search as a neutral tree: what is asked, without a word of how a backend finds it. Made by `parseSearch`, compiled by each
 * store. All conditions must hold (AND); of the values of one condition any may (OR).
 * https://hl7.org/fhir/R4/search.html
 */
export interface SearchQuery extends TypedConditions {
  /** Other types that are searched as well, each by the same conditions as they read for it. Sorted by id or last change then. */
  others?: readonly TypedConditions[];
  /** Empty: by last change, oldest first, so that a client that pages while others write misses nothing. */
  sort: readonly SortKey[];
  /** Size of a page; 0 asks for the total only. */
  count: number;
  total: TotalMode;
}

/** What resources of a type must match. */
export interface TypedConditions {
  resourceType: string;
  where: readonly Condition[];
}

/** `accurate` counts always; `none` never; `default` counts where that is exact within a bound, else leaves the total out. */
export type TotalMode = 'accurate' | 'none' | 'default';

/**
 * One condition. `parameter` is the code of a search parameter, or a name made of it (see `IndexEntry`). Of values, any will do. Conditions
 * nest: what a reference leads to, and what refers to a resource, is judged by a condition of its own.
 */
export type Condition =
  | { kind: 'id'; anyOf: readonly string[] }
  | { kind: 'lastUpdated'; anyOf: readonly RangeValue[] }
  | { kind: 'token'; parameter: string; anyOf: readonly TokenValue[] }
  | { kind: 'reference'; parameter: string; anyOf: readonly ReferenceValue[] }
  | { kind: 'string'; parameter: string; anyOf: readonly StringValue[] }
  | { kind: 'date' | 'number'; parameter: string; anyOf: readonly RangeValue[] }
  /** All phrases of one of the lists are in the words of the resource. `isIndexed`: where the store has an index of words, all of the type are in it. */
  | { kind: 'text'; part: TextPart; anyOf: readonly (readonly Phrase[])[]; isIndexed: boolean }
  /** Whether the element that the parameter searches is there at all. */
  | { kind: 'missing'; parameter: string; isMissing: boolean }
  | { kind: 'not'; none: Condition }
  | { kind: 'any'; anyOf: readonly Condition[] }
  | { kind: 'all'; allOf: readonly Condition[] }
  /** The reference leads to a resource of the type, not deleted, for which the condition holds. */
  | { kind: 'refersTo'; parameter: string; resourceType: string; where: Condition }
  /** A resource of the type, not deleted, for which the condition holds, refers to this one by its `parameter`. */
  | { kind: 'referredBy'; parameter: string; resourceType: string; where: Condition };

/** `system` undefined: any system; empty: none, and `code` is there. `code` undefined: any code of the system. */
export interface TokenValue {
  system?: string;
  code?: string;
}

/** A local resource (`type` undefined: any type with that id), or anything else by its exact url. */
export type ReferenceValue = { type?: string; id: string } | { url: string };

/** `exact` compares `text` as it is written; the others compare folded text (see `foldText`), and `text` is folded already. */
export interface StringValue {
  match: 'starts' | 'contains' | 'exact';
  text: string;
}

/** How a date or number compares. https://hl7.org/fhir/R4/search.html#prefix */
export type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap';

/** From `low` to before `high`: milliseconds since 1970 UTC, or numbers; of a single number the next one is `high`. */
export type Range = DateRange;

export type { DateRange };

/**
 * How a resource's range is held against a value's, by prefix: `eq` within it; `ne` not within; `gt` ends after its end; `lt`
 * begins before its begin; `ge` and `le` are these or within; `sa` begins at or after its end; `eb` ends at or before its begin;
 * `ap` overlaps it (the value is widened already).
 */
export interface RangeValue extends Range {
  prefix: Prefix;
}

/**
 * What a resource is sorted by: its id, its last change, or its values of a parameter, of which the least counts ascending and the greatest
 * descending. Resources without a value come last in either direction. Tokens count by their code, references by their text.
 */
export interface SortKey {
  kind: 'id' | 'lastUpdated' | 'date' | 'number' | 'string' | 'text';
  parameter: string;
  descending: boolean;
}
