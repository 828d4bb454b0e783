import type { Definitions } from '../definitions/definitions.ts';
import { knownCompartment } from '../definitions/known-compartment.ts';
import { whyNotSearchable } from '../search/search-types.ts';

/** The types whose resources belong to a compartment, in the order of R4, each with the search parameters by which they do. */
export type Compartment = ReadonlyMap<string, readonly string[]>;

/**
 * What belongs to resources of a type; undefined where that is not loaded.
 * https://hl7.org/fhir/R4/compartmentdefinition.html
 */
export const compartmentOf = (definitions: Definitions, resourceType: string): Compartment | undefined => {
  const compartment = knownCompartment(definitions, resourceType);
  if (compartment === undefined) return undefined;
  const { resource = [] } = compartment;
  return new Map(
    resource.map(({ code, param = [] }) => {
      const parameters = definitions.searchParameters(code);
      const isFound = (name: string): boolean => {
        const parameter = parameters.get(name);
        return parameter !== undefined && whyNotSearchable(parameter) === undefined;
      };
      return [code, param.filter(isFound)];
    }),
  );
};
