import type { Definitions, SearchParameter } from '../definitions/definitions.ts';
import { alternativesFor, elementPaths } from './element-path.ts';

/** Where a search parameter leads in resources of a type. */
export interface ValueTypes {
  /** FHIR data types of the elements; empty where FHIRPath finds them and nothing is known beforehand. */
  types: ReadonlySet<string>;
  /** Value sets that elements of the type `code` are bound to, where all elements are such. */
  codesFrom: readonly string[];
}

const known = new WeakMap<SearchParameter, Map<string, ValueTypes>>();

/** What the elements are that a search parameter searches. */
export function valueTypes(parameter: SearchParameter, resourceType: string, definitions: Definitions): ValueTypes {
  const ofParameter = known.get(parameter) ?? new Map<string, ValueTypes>();
  known.set(parameter, ofParameter);
  let found = ofParameter.get(resourceType);
  if (found === undefined) {
    found = findTypes(parameter, resourceType, definitions);
    ofParameter.set(resourceType, found);
  }
  return found;
}

function findTypes({ expression }: SearchParameter, resourceType: string, definitions: Definitions): ValueTypes {
  if (expression === undefined) return { types: new Set(), codesFrom: [] };
  const paths = alternativesFor(resourceType, expression).map(each => elementPaths(each, resourceType, definitions));
  if (paths.includes(undefined)) return { types: new Set(), codesFrom: [] };
  const elements = paths.flatMap(each => each ?? []);
  const areCodes = elements.every(({ type }) => type === 'code');
  return {
    types: new Set(elements.map(({ type }) => type)),
    codesFrom: areCodes ? elements.flatMap(({ valueSet }) => (valueSet === undefined ? [] : [valueSet])) : [],
  };
}
