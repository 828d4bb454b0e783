import type { Definitions, SearchParameter } from '../definitions/definitions.ts';
import type { Json } from '../fhir/resource.ts';
import type { IndexEntry } from './index-entry.ts';
import type { Condition } from './query.ts';

/** What both a written resource and a search value are read with. */
export interface SearchContext {
  /** This server's own FHIR base without a slash at the end: absolute references below it are local. */
  baseUrl: string;
  /** IANA name; dates and times without a zone are days and hours there. */
  timeZone: string;
}

/** One parameter of a search as the client wrote it: `name:modifier=value,value`. */
export interface ParameterUse extends SearchContext {
  parameter: SearchParameter;
  modifier: string | undefined;
  /** The alternatives, none empty; escapes are still in. */
  values: readonly string[];
  /** Milliseconds since 1970 UTC. */
  now: number;
  /** The type that is searched. */
  resourceType: string;
  definitions: Definitions;
}

/** Adds what a value of one FHIR data type is found under. */
export type AddEntries = (value: Json, parameter: string, entries: IndexEntry[], context: SearchContext) => void;

/** One type of search parameter. https://hl7.org/fhir/R4/search.html#ptypes */
export interface SearchType {
  /** The modifiers that it takes, besides `:missing`. Of a reference the types that it may lead to are more of them. */
  modifiers: readonly string[];
  /** Whether values may begin with `ge` and its like. */
  hasPrefixes?: true;
  /** @throws {FhirError} 400 `search-parameter-invalid` for a value or modifier that the type does not take. */
  parse(use: ParameterUse): Condition;
  /** By FHIR data type: how its values are indexed. What is not here cannot be searched by this type of parameter. */
  entries: Readonly<Record<string, AddEntries>>;
}
