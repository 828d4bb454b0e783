import type { Definitions, SearchParameter } from '../definitions/definitions.ts';
import { ExpressionError, expressionFor } from '../fhir/fhirpath/expression.ts';
import { alternativesFor, elementPaths } from './element-path.ts';
import { searchTypeOf, whyNotSearchable } from './search-types.ts';
import { componentsOf } from './types/composite.ts';

/** What is wrong with a search parameter. */
export interface ParameterFault {
  /** FHIRPath of the element to change. */
  expression: string;
  /** What to change; backticks around what is quoted. */
  text: string;
}

/** Types that are no resources, and a type that has what all of their kind have. */
const ABSTRACT: Readonly<Record<string, string>> = { Resource: 'Basic', DomainResource: 'Basic' };

/** Names with dots between: an expression that means elements, whether they are there or not. */
const PATH = /^[A-Z][A-Za-z]*(?:\.[A-Za-z]+)+$/;

const fault = (element: string, text: string): ParameterFault => ({ expression: `SearchParameter.${element}`, text });

/**
 * Why a search parameter that is valid as a resource cannot find anything, or undefined where it can. `known` has the parameters that it is
 * made of, if it is a composite.
 * https://hl7.org/fhir/R4/searchparameter.html
 */
export const parameterFault = (parameter: SearchParameter, known: Definitions): ParameterFault | undefined => {
  const reason = whyNotSearchable(parameter);
  if (reason !== undefined) return fault('expression', `Nothing can be searched by it: ${reason}.`);
  for (const [index, base] of parameter.base.entries()) {
    const resourceType = ABSTRACT[base] ?? base;
    if (!known.resourceTypes.includes(resourceType)) {
      return fault(`base[${index}]`, `\`${base}\` is not a resource type of R4.`);
    }
    const found = faultOn(parameter, base, resourceType, known);
    if (found !== undefined) return found;
  }
  return undefined;
};

const faultOn = (
  parameter: SearchParameter,
  base: string,
  resourceType: string,
  known: Definitions,
): ParameterFault | undefined => {
  const { type, expression } = parameter;
  if (expression === undefined) return undefined;
  const alternatives = alternativesFor(resourceType, expression);
  if (alternatives.length === 0)
    return fault('expression', `No part of it begins at \`${base}\`, which is among the bases.`);
  if (type === 'composite') {
    const isKnown = componentsOf(parameter, resourceType, known) !== undefined;
    return isKnown
      ? undefined
      : fault('component', `Its components must be search parameters of \`${base}\`, the first of type token.`);
  }
  const found = new Set<string>();
  for (const alternative of alternatives) {
    const paths = elementPaths(alternative, resourceType, known);
    if (paths !== undefined) for (const path of paths) found.add(path.type);
    else if (PATH.test(alternative)) return fault('expression', `There is no element \`${alternative}\`.`);
    else if (!isFhirPath(alternative)) return fault('expression', `\`${alternative}\` is not FHIRPath.`);
    else return undefined;
  }
  const taken = Object.keys(searchTypeOf(parameter).entries);
  if ([...found].some(each => taken.includes(each))) return undefined;
  return fault(
    'type',
    `A parameter of type ${type} finds by ${taken.join(', ')}, but the expression leads to ${[...found].join(', ')}.`,
  );
};

const isFhirPath = (text: string): boolean => {
  try {
    expressionFor(text);
    return true;
  } catch (error) {
    if (error instanceof ExpressionError) return false;
    throw error;
  }
};
