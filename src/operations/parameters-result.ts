import type { ParametersParameter } from 'fhir/r4.js';
import type { InteractionResult } from '../interactions/context.ts';

/** An answer of Parameters; those that are undefined are left out. https://hl7.org/fhir/R4/parameters.html */
export const parametersResult = (parameters: readonly (ParametersParameter | undefined)[]): InteractionResult => {
  const parameter = parameters.filter(each => each !== undefined);
  return {
    status: 200,
    body: JSON.stringify({ resourceType: 'Parameters', ...(parameter.length === 0 ? {} : { parameter }) }),
  };
};
