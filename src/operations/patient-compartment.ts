import type { CompartmentDefinition } from 'fhir/r4.js';
import type { Definitions } from '../definitions/definitions.ts';
import { whyNotSearchable } from '../search/search-types.ts';

/**
 * The types whose resources belong to patients, in the order of R4, each with the search parameters by which they do.
 * https://hl7.org/fhir/R4/compartmentdefinition-patient.html
 */
export const patientCompartment = (definitions: Definitions): ReadonlyMap<string, readonly string[]> => {
  const compartment = definitions.conformanceResource('CompartmentDefinition', 'patient');
  const { resource = [] } = compartment as unknown as CompartmentDefinition;
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
