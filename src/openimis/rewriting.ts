import type { Definitions } from '../definitions/definitions.ts';
import type { Json, JsonObject, Resource } from '../fhir/resource.ts';
import type { Place } from './element-places.ts';
import type { NormalizingRule } from './normalizing-rules.ts';

/** A resource that a reference means. */
export interface Target {
  resourceType: string;
  /** Id, business code or UUID, as it was sent. */
  value: string;
  /** What `value` is: the id or, where nothing has that id, an identifier; or an identifier and no id, of a system if it is known. */
  by: 'id' | 'identifier';
  system?: string;
}

/** What rewritings may know besides the resource. Everything is handed in; they do no input or output. */
export interface RewritingContext {
  definitions: Pick<Definitions, 'structureDefinition' | 'valueSet' | 'codeSystem'>;
  /** ISO 4217 code of the scheme. */
  currency: string;
  /** Reference to the scheme's insurer. */
  insurer: string;
  /** IANA name of the scheme's time zone. */
  timeZone: string;
  /** Id that the resource has; undefined while it has none that anybody may know of. */
  id: string | undefined;
  /** Ids of the stored resources that were asked for, by `targetKey`. What is not there was not looked up. */
  targets: ReadonlyMap<string, readonly string[]>;
  /** Every stored coverage of the claim's patient; undefined where they were not looked up. */
  coverages: readonly Resource[] | undefined;
}

/** What came of a rewriting. */
export interface Rewritten {
  /** What stands there from now on; undefined takes the element away. The same value: it was left, and `said` tells why. */
  value: Json | undefined;
  /** What was changed into what, in a sentence without any person's data. */
  said: string;
  /** The element that was changed, as seen from this one: `coding[0].system`. */
  at?: string;
  /** Instead of the code of the rewriting. */
  rule?: NormalizingRule;
}

/** One form that openIMIS or its clients are known to send, and what is written instead. */
export interface Rewriting {
  rule: NormalizingRule;
  /** What it looks at: elements as the definitions name them (`Claim.item.category`, `Coding.system`), or data types (`boolean`). */
  elements: readonly string[];
  /** For people: what is sent there, and what is written. */
  sent: string;
  written: string;
  /** The resources that must be looked up before. */
  asks?(value: Json, place: Place, context: RewritingContext): readonly Target[];
  /**
   * What to write; undefined where the value is not of this form. Is asked again about what it gave, until it finds no more to do.
   * Must not change `value`.
   */
  rewrite(value: Json, place: Place, context: RewritingContext): Rewritten | undefined;
}

/** The name of a target in `RewritingContext.targets`. */
export const targetKey = ({ resourceType, value, by, system = '' }: Target): string =>
  by === 'id' ? `${resourceType}/${value}` : `${resourceType}?${system}|${value}`;

/** The items of a list that are objects, with their places; none of what is no list. */
export const objectsIn = (value: Json | undefined): { item: JsonObject; index: number }[] =>
  Array.isArray(value)
    ? value.flatMap((item, index) =>
        typeof item === 'object' && item !== null && !Array.isArray(item) ? [{ item, index }] : [],
      )
    : [];

/** A list with another item at one place. */
export const withItem = (items: readonly Json[], index: number, item: Json): Json[] => items.with(index, item);

/** An object with another value of one member, as the outcome of a rewriting. */
export const memberWritten = (object: JsonObject, name: string, value: Json, said: string): Rewritten => ({
  value: { ...object, [name]: value },
  said,
  at: name,
});
