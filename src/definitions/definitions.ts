import type { ElementDefinition, OperationDefinition, SearchParameter, StructureDefinition } from 'fhir/r4.js';
import type { Resource } from '../fhir/resource.ts';
import type { Terminology } from '../terminology/terminology.ts';

/** A StructureDefinition whose snapshot is there: published, shipped, or made by `buildSnapshot`. */
export type StructureWithSnapshot = StructureDefinition & { snapshot: { element: ElementDefinition[] } };

/**
 * What this server knows: every conformance resource loaded at start, by canonical, and those that were posted since. Files are read
 * at first use, so that nothing at start grows with the number of types. Canonicals may carry `|version`; the version is ignored when
 * only one is known.
 */
export interface Definitions extends Terminology {
  /** Grows whenever something was posted, changed or deleted: what was compiled from definitions is good while it stays. */
  readonly generation: number;
  /** Names of all R4 resource types that can be stored, sorted (150 less the abstract ones). */
  readonly resourceTypes: readonly string[];
  /**
   * By canonical url, or by bare name for the base types and data types (`Claim`, `HumanName`, `string`). Has a snapshot.
   * Throws a SnapshotError where none can be built.
   */
  structureDefinition(urlOrName: string): StructureWithSnapshot | undefined;
  operationDefinition(url: string): OperationDefinition | undefined;
  /**
   * Search parameters whose `base` holds the type, or Resource or DomainResource; by code. Own ones replace none of R4's. The same object
   * while none comes, changes or goes.
   */
  searchParameters(resourceType: string): ReadonlyMap<string, SearchParameter>;
  /** The loaded conformance resource itself, for `GET /fhir/StructureDefinition/{id}` and its like. */
  conformanceResource(resourceType: string, id: string): Resource | undefined;
}

/** A definition as it is stored now; without `resource` it was deleted. Plain JSON, so that it can be sent to a thread. */
export interface PostedDefinition {
  resourceType: string;
  id: string;
  resource?: Resource;
}

/** Definitions that can be posted while the server runs. They add to what was loaded at start and replace none of it. */
export interface GrowingDefinitions extends Definitions {
  /** Takes over what was posted, changed or deleted. `generation` grows by one; what cannot be known is passed over. */
  post(changes: readonly PostedDefinition[]): void;
  /** What would be known after a change. Nothing is changed. */
  after(change: PostedDefinition): Definitions;
  /** All that was posted and is there, in no order: what another thread has to be told to know the same. */
  readonly posted: readonly Required<PostedDefinition>[];
  /** Those of `searchParameters` that were posted. */
  postedSearchParameters(resourceType: string): ReadonlyMap<string, SearchParameter>;
  /** Where a definition was loaded from that this one would replace: of the same url and version, or R4's own of whatever version. */
  loadedFrom(resource: Resource): string | undefined;
}

export type { ElementDefinition, OperationDefinition, SearchParameter, StructureDefinition };
