import type {
  CodeSystem,
  ElementDefinition,
  OperationDefinition,
  SearchParameter,
  StructureDefinition,
  ValueSet,
} from 'fhir/r4.js';
import type { Resource } from '../fhir/resource.ts';

/** A StructureDefinition whose snapshot is there: published, shipped, or made by `buildSnapshot`. */
export type StructureWithSnapshot = StructureDefinition & { snapshot: { element: ElementDefinition[] } };

/**
 * The codes of a value set, as far as they can be known without a network. `judge` answers whether the value set holds the
 * code: yes, no, or `unknown` where a code system is not loaded (SNOMED CT, LOINC, ...). Without `system` (the `code` data type)
 * any system of the value set counts.
 */
export interface ValueSetCodes {
  url: string;
  /** The code systems that it draws on. */
  systems: readonly string[];
  judge(code: string, system?: string): 'yes' | 'no' | 'unknown';
  /** A few of the allowed codes, for messages; empty when the set is open-ended. */
  sample(limit: number): readonly string[];
}

/**
 * What this server knows: every conformance resource loaded at start, by canonical. Files are read at first use, so that
 * nothing at start grows with the number of types. Canonicals may carry `|version`; the version is ignored when only one is loaded.
 */
export interface Definitions {
  /** Names of all R4 resource types that can be stored, sorted (150 less the abstract ones). */
  readonly resourceTypes: readonly string[];
  /** By canonical url, or by bare name for the base types and data types (`Claim`, `HumanName`, `string`). Has a snapshot. */
  structureDefinition(urlOrName: string): StructureWithSnapshot | undefined;
  /** Codes of a loaded value set; undefined when no such value set is loaded. */
  valueSet(url: string): ValueSetCodes | undefined;
  codeSystem(url: string): CodeSystem | undefined;
  operationDefinition(url: string): OperationDefinition | undefined;
  /** Search parameters whose `base` holds the type, or Resource or DomainResource; by code. Own ones replace none of R4's. */
  searchParameters(resourceType: string): ReadonlyMap<string, SearchParameter>;
  /** The loaded conformance resource itself, for `GET /fhir/StructureDefinition/{id}` and its like. */
  conformanceResource(resourceType: string, id: string): Resource | undefined;
}

export type { CodeSystem, ElementDefinition, OperationDefinition, SearchParameter, StructureDefinition, ValueSet };
