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

/** @throws {FhirError} 400 for more texts, numbers and dates, in all conditions together, than a search is carried out with */
export const requireFewTests = (where: readonly Condition[]): void => {
  if (where.reduce((tests, condition) => tests + testsOf(condition), 0) > MOST_TESTS) {
    throw tooLarge(`${MOST_TESTS} texts, numbers and dates`);
  }
};

function testsOf(condition: Condition): number {
  switch (condition.kind) {
    case 'string':
    case 'date':
    case 'number':
    case 'lastUpdated':
      return condition.anyOf.length;
    case 'any':
      return condition.anyOf.reduce((tests, each) => tests + Math.max(1, testsOf(each)), 0);
    case 'all':
      return condition.allOf.reduce((tests, each) => tests + Math.max(1, testsOf(each)), 0);
    case 'not':
      return testsOf(condition.none);
    case 'refersTo':
    case 'referredBy':
      return 1 + testsOf(condition.where);
    default:
      return 0;
  }
}
