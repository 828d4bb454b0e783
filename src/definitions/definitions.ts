import type { ElementDefinition, OperationDefinition, SearchParameter, StructureDefinition } from 'fhir/r4.js';
import type { Resource } from '../fhir/resource.ts';
import type { Terminology } from '../terminology/terminology.ts';

/** A StructureDefinition whose snapshot is there: published, shipped, or made by `buildSnapshot`. */
export type StructureWithSnapshot = StructureDefinition & { snapshot: { element: ElementDefinition[] } };

/**
 * What this server knows: every conformance resource loaded at start, by canonical. Files are read at first use, so that
 * nothing at start grows with the number of types. Canonicals may carry `|version`; the version is ignored when only one is loaded.
 */
export interface Definitions extends Terminology {
  /** Names of all R4 resource types that can be stored, sorted (150 less the abstract ones). */
  readonly resourceTypes: readonly string[];
  /** By canonical url, or by bare name for the base types and data types (`Claim`, `HumanName`, `string`). Has a snapshot. */
  structureDefinition(urlOrName: string): StructureWithSnapshot | undefined;
  operationDefinition(url: string): OperationDefinition | undefined;
  /** Search parameters whose `base` holds the type, or Resource or DomainResource; by code. Own ones replace none of R4's. */
  searchParameters(resourceType: string): ReadonlyMap<string, SearchParameter>;
  /** The loaded conformance resource itself, for `GET /fhir/StructureDefinition/{id}` and its like. */
  conformanceResource(resourceType: string, id: string): Resource | undefined;
}

export type { ElementDefinition, OperationDefinition, SearchParameter, StructureDefinition };
