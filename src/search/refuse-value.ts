import { type FhirError, refuse } from '../fhir/fhir-error.ts';
import type { ParameterUse } from './search-type.ts';

/** A refusal of a value, without repeating it: values are people's names and numbers. */
export const refuseValue = ({ parameter }: ParameterUse, expected: string): FhirError =>
  refuse('search-parameter-invalid', `The value of search parameter "${parameter.code}" must be ${expected}.`);

/** A refusal of a modifier that the parameter does not take, naming those that it does. */
export const refuseModifier = ({ parameter, modifier }: ParameterUse, supported: readonly string[]): FhirError =>
  refuse(
    'search-parameter-invalid',
    supported.length === 0
      ? `Search parameter "${parameter.code}" takes no modifier; leave out ":${modifier}".`
      : `Search parameter "${parameter.code}" does not take the modifier ":${modifier}". ` +
          `Supported: ${supported.map(name => `:${name}`).join(', ')}.`,
  );
