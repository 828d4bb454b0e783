import type { StructureDefinition } from 'fhir/r4.js';
import type { CodeSystemConcepts } from '../terminology/code-system-concepts.ts';
import { compileCodeSystem, createTerminology } from '../terminology/create-terminology.ts';
import type { Terminology } from '../terminology/terminology.ts';
import { buildSnapshot } from './build-snapshot.ts';
import { type Canonicals, findCanonical } from './canonicals.ts';
import type { DefinitionSource } from './definition-source.ts';
import type { Definitions, StructureWithSnapshot } from './definitions.ts';
import { remember } from './remember.ts';

const R4_STRUCTURE = 'http://hl7.org/fhir/StructureDefinition/';

/** What definitions say of canonicals. */
export type KnownDefinitions = Terminology & Pick<Definitions, 'structureDefinition'>;

/** What was loaded at start, whatever is posted. */
export interface Loaded {
  canonicals: Canonicals;
  /** By the url of the code system that they add to. */
  supplements: ReadonlyMap<string, readonly DefinitionSource[]>;
  /** Read once. */
  structure(source: DefinitionSource): StructureDefinition | undefined;
  /** Compiled once, with what else was loaded for it. */
  codeSystem(source: DefinitionSource): CodeSystemConcepts | undefined;
  /** Whether a code system is known by its name only: others are to bring its codes. */
  isWithoutCodes(source: DefinitionSource): boolean | undefined;
}

/** The sources of what was loaded at start, read when they are first asked for. */
export const loadedDefinitions = (canonicals: Canonicals): Loaded => {
  const supplements = supplementsIn(canonicals);
  return {
    canonicals,
    supplements,
    structure: remember(source => source.read() as unknown as StructureDefinition),
    codeSystem: remember(source => compileCodeSystem(source, supplements.get(source.url ?? '') ?? [])),
    isWithoutCodes: remember(source => source.read().content === 'not-present'),
  };
};

/**
 * What is known while `posted` stays as it is. Snapshots and terminology are made at first use and belong to this state alone, since any
 * of them may build on what is posted; what was loaded with its snapshot is the same object in every state.
 * Throws an Error that names the file which cannot be read, and a SnapshotError for a profile whose snapshot cannot be built.
 */
export const knownDefinitions = (loaded: Loaded, posted: Canonicals): KnownDefinitions => {
  const find = (resourceType: string, canonical: string): DefinitionSource | undefined =>
    findCanonical(loaded.canonicals, posted, resourceType, canonical);
  const findCodeSystem = (canonical: string): DefinitionSource | undefined => {
    const source = find('CodeSystem', canonical);
    if (source === undefined || source.posted) return source;
    const withCodes = findCanonical(new Map(), posted, 'CodeSystem', canonical);
    return withCodes !== undefined && loaded.isWithoutCodes(source) ? withCodes : source;
  };
  const supplements = supplementsIn(posted);
  const terminology = createTerminology({
    find: (resourceType, canonical) =>
      resourceType === 'CodeSystem' ? findCodeSystem(canonical) : find(resourceType, canonical),
    supplements: url => [...(loaded.supplements.get(url) ?? []), ...(supplements.get(url) ?? [])],
    compile(source, added) {
      const isAsLoaded = ![source, ...added].some(each => each.posted);
      return (isAsLoaded ? loaded.codeSystem(source) : undefined) ?? compileCodeSystem(source, added);
    },
  });

  const withSnapshot = remember((source: DefinitionSource): StructureWithSnapshot | undefined => {
    const structure = loaded.structure(source);
    if (structure === undefined || structure.snapshot !== undefined) return structure as StructureWithSnapshot;
    return buildSnapshot(structure, structureDefinition);
  });
  const structureDefinition = (urlOrName: string): StructureWithSnapshot | undefined => {
    const isName = !urlOrName.includes(':');
    const source = find('StructureDefinition', isName ? R4_STRUCTURE + urlOrName : urlOrName);
    if (source === undefined || (isName && source.posted)) return undefined;
    const structure = withSnapshot(source);
    return isName && structure?.derivation === 'constraint' ? undefined : structure;
  };
  return { ...terminology, structureDefinition };
};

const supplementsIn = (canonicals: Canonicals): Map<string, DefinitionSource[]> => {
  const found = new Map<string, DefinitionSource[]>();
  for (const source of [...canonicals.values()].flat()) {
    if (source.supplements === undefined) continue;
    found.set(source.supplements, [...(found.get(source.supplements) ?? []), source]);
  }
  return found;
};
