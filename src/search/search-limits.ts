import { type FhirError, refuse } from '../fhir/fhir-error.ts';
import type { Condition } from './query.ts';

const MOST_PARAMETERS = 100;
const MOST_VALUES = 5000;
/** Texts and dates are looked for one by one, each by a piece of the query; tokens, references and ids as one list. */
const MOST_TESTS = 200;

const tooLarge = (what: string): FhirError =>
  refuse('search-parameter-invalid', `A search takes at most ${what}. Split it into several searches.`);

/** @throws {FhirError} 400 for more parameters than a search is carried out with */
export const requireFewParameters = (parameters: readonly unknown[]): void => {
  if (parameters.length > MOST_PARAMETERS) throw tooLarge(`${MOST_PARAMETERS} parameters`);
};

/** @throws {FhirError} 400 for more alternatives of one parameter than a search is carried out with */
export const requireFewValues = (values: readonly string[]): void => {
  if (values.length > MOST_VALUES) throw tooLarge(`${MOST_VALUES} values of one parameter`);
};

/** @throws {FhirError} 400 for more texts and dates, in all conditions together, than a search is carried out with */
export const requireFewTests = (where: readonly Condition[]): void => {
  let tests = 0;
  for (const { kind, anyOf } of where) {
    if (kind === 'string' || kind === 'date' || kind === 'lastUpdated') tests += anyOf.length;
  }
  if (tests > MOST_TESTS) throw tooLarge(`${MOST_TESTS} texts and dates`);
};
