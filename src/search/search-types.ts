import type { SearchParameter } from '../definitions/definitions.ts';
import { TEXT_PARAMETERS } from './read-text.ts';
import { searchesAs } from './search-as.ts';
import type { SearchType } from './search-type.ts';
import { compositeType } from './types/composite.ts';
import { dateType } from './types/date.ts';
import { NEAR, nearType } from './types/near.ts';
import { numberType } from './types/number.ts';
import { phoneticType } from './types/phonetic.ts';
import { quantityType } from './types/quantity.ts';
import { referenceType } from './types/reference.ts';
import { stringType } from './types/string.ts';
import { tokenType } from './types/token.ts';
import { uriType } from './types/uri.ts';

type TypeCode = SearchParameter['type'];

/** The types of search parameters that this server can answer, by their code in SearchParameter.type. */
export const SEARCH_TYPES: Readonly<Record<TypeCode, SearchType>> = {
  token: tokenType,
  reference: referenceType,
  string: stringType,
  date: dateType,
  uri: uriType,
  number: numberType,
  quantity: quantityType,
  composite: compositeType(code => SEARCH_TYPES[code]),
  special: nearType,
};

/** How a parameter is searched: by its type, strings by how they sound where it says so. */
export const searchTypeOf = ({ type, xpathUsage }: Pick<SearchParameter, 'type' | 'xpathUsage'>): SearchType =>
  xpathUsage === 'phonetic' ? phoneticType : SEARCH_TYPES[type];

/** Parameters that need no entries: every store knows their values by itself. */
export const KNOWN_TO_STORE: ReadonlySet<string> = new Set(['_id', '_lastUpdated']);

/** What may stand in a code: the other characters have a meaning in the name of a parameter. */
const CODE = /^[A-Za-z0-9_-]+$/;

/**
 * Why a search parameter cannot be used, or undefined when it can: the one rule for what is indexed, parsed and claimed in the
 * CapabilityStatement.
 */
export function whyNotSearchable(parameter: SearchParameter): string | undefined {
  const { type, code, expression, xpathUsage, component = [] } = parameter;
  if (SEARCH_TYPES[type] === undefined) return `parameters of type ${type} are not supported`;
  if (type === 'special' && code !== NEAR) return 'of special parameters only "near" is supported';
  if (type === 'composite' && component.length !== 2)
    return 'composites of other than two parameters are not supported';
  if (TEXT_PARAMETERS.has(code)) return undefined;
  if (expression === undefined && searchesAs(parameter).length === 0) return 'its definition has no expression';
  if (xpathUsage === 'phonetic' && type !== 'string') return 'only strings are matched by how they sound';
  return CODE.test(code) ? undefined : 'its code has other characters than letters, digits, "-" and "_"';
}
