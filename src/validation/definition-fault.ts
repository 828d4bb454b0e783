import type { CodeSystem, StructureDefinition, ValueSet } from 'fhir/r4.js';
import { buildSnapshot } from '../definitions/build-snapshot.ts';
import type { Definitions, GrowingDefinitions } from '../definitions/definitions.ts';
import { SnapshotError } from '../definitions/snapshot-error.ts';
import { type DefinitionFault, snapshotFault } from '../definitions/snapshot-fault.ts';
import { usableStructure } from '../definitions/usable-structure.ts';
import type { Resource } from '../fhir/resource.ts';
import { codeSystemConcepts } from '../terminology/code-system-concepts.ts';
import { passingCodes } from '../terminology/passing-codes.ts';
import { tryProfile } from './try-profile.ts';

/**
 * Why a StructureDefinition, ValueSet or CodeSystem that is valid as a resource cannot be judged by: a profile whose snapshot cannot be
 * built, or codes that cannot be worked out. Undefined where it can, and where it says nothing that resources are judged by.
 */
export const definitionFault = (
  definitions: GrowingDefinitions,
  id: string,
  resource: Resource,
): DefinitionFault | undefined => {
  const { resourceType } = resource;
  const known = definitions.after({ resourceType, id, resource: { ...resource, id } });
  switch (resourceType) {
    case 'StructureDefinition':
      return profileFault(known, resource as unknown as StructureDefinition);
    case 'ValueSet':
      return filterFault(known, resource as unknown as ValueSet);
    default:
      return unless('CodeSystem.concept', () => codeSystemConcepts(resource as unknown as CodeSystem));
  }
};

const profileFault = (known: Definitions, profile: StructureDefinition): DefinitionFault | undefined => {
  const { url, version, type, baseDefinition, derivation, snapshot } = profile;
  if (derivation !== 'constraint') return undefined;
  const base = baseDefinition === undefined ? undefined : usableStructure(known, baseDefinition);
  if (base !== undefined && base.type !== type) {
    return { expression: 'StructureDefinition.type', text: `The type must be that of its base, \`${base.type}\`.` };
  }
  try {
    if (snapshot === undefined) buildSnapshot(profile, known.structureDefinition);
    tryProfile(known, version === undefined ? url : `${url}|${version}`);
    return undefined;
  } catch (cause) {
    return cause instanceof SnapshotError ? snapshotFault(cause) : faultOf('StructureDefinition', cause);
  }
};

/** What cannot be filtered of a code system that is there whole would be unknown for ever. */
const filterFault = (known: Definitions, { compose }: ValueSet): DefinitionFault | undefined => {
  for (const list of ['include', 'exclude'] as const) {
    for (const [at, { system = '', filter = [] }] of (compose?.[list] ?? []).entries()) {
      const codeSystem = known.codeSystem(system);
      if (!codeSystem?.whole) continue;
      const index = filter.findIndex(each => passingCodes(each, codeSystem) === undefined);
      if (index === -1) continue;
      return {
        expression: `ValueSet.compose.${list}[${at}].filter[${index}]`,
        text: `Code system ${system} cannot be filtered so: it has no such property or concept, or the operator or value cannot be read.`,
      };
    }
  }
  return undefined;
};

const unless = (expression: string, make: () => unknown): DefinitionFault | undefined => {
  try {
    make();
    return undefined;
  } catch (cause) {
    return faultOf(expression, cause);
  }
};

const faultOf = (expression: string, cause: unknown): DefinitionFault => ({
  expression,
  text: `It cannot be judged by: ${withoutPoint(cause instanceof Error ? cause.message : String(cause))}.`,
});

const withoutPoint = (text: string): string => text.replace(/\.$/, '');
