import type { SearchParameter } from '../definitions/definitions.ts';
import type { SearchType } from './search-type.ts';
import { dateType } from './types/date.ts';
import { referenceType } from './types/reference.ts';
import { stringType } from './types/string.ts';
import { tokenType } from './types/token.ts';
import { uriType } from './types/uri.ts';

/** The types of search parameters that this server can answer, by their code in SearchParameter.type. */
export const SEARCH_TYPES: Readonly<Partial<Record<SearchParameter['type'], SearchType>>> = {
  token: tokenType,
  reference: referenceType,
  string: stringType,
  date: dateType,
  uri: uriType,
};

/**
 * Why a search parameter cannot be used, or undefined when it can: the one rule for what is indexed, parsed and claimed in the
 * CapabilityStatement.
 */
export function whyNotSearchable(parameter: SearchParameter): string | undefined {
  if (SEARCH_TYPES[parameter.type] === undefined) return `parameters of type ${parameter.type} are not supported`;
  if (parameter.expression === undefined) return 'its definition has no expression';
  if (parameter.xpathUsage === 'phonetic') return 'phonetic matching is not supported';
  return undefined;
}
