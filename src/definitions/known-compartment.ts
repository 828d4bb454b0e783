import type { CompartmentDefinition } from 'fhir/r4.js';
import type { Definitions } from './definitions.ts';

/**
 * What belongs to resources of a type, where that was loaded. R4's have the name of their type as id: `patient`, `relatedPerson`.
 * https://hl7.org/fhir/R4/compartmentdefinition.html
 */
export const knownCompartment = (
  definitions: Pick<Definitions, 'conformanceResource'>,
  resourceType: string,
): CompartmentDefinition | undefined => {
  const id = resourceType.charAt(0).toLowerCase() + resourceType.slice(1);
  return definitions.conformanceResource('CompartmentDefinition', id) as CompartmentDefinition | undefined;
};
