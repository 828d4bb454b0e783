import { createHash } from 'node:crypto';
import type { Definitions, SearchParameter } from '../definitions/definitions.ts';
import { alternativesFor } from './element-path.ts';
import { KNOWN_TO_STORE, whyNotSearchable } from './search-types.ts';

/** To be raised when the same parameter makes other entries of the same resource than before: then all is indexed anew. */
const FORM = 1;

const LENGTH = 8;

/** Texts that fall together once in 2^48: what tells how something is indexed. */
export const digestOf = (facts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(facts)).digest('base64url').slice(0, LENGTH);

/**
 * How each search parameter of a type has its resources indexed, by its code: texts that differ where the entries may. Parameters that have
 * no entries of their own are left out.
 * @param timeZone in which days without a zone are
 */
export const indexedAs = (
  resourceType: string,
  definitions: Pick<Definitions, 'searchParameters'>,
  timeZone: string,
): Map<string, string> => {
  const parameters = definitions.searchParameters(resourceType);
  const byUrl = new Map([...parameters.values()].map(parameter => [parameter.url, parameter]));
  const factsOf = ({ type, expression = '', xpathUsage, component = [] }: SearchParameter): unknown[] => [
    ...[FORM, type, alternativesFor(resourceType, expression), xpathUsage === 'phonetic'],
    type === 'date' ? timeZone : '',
    component.map(each => {
      const definition = byUrl.get(each.definition);
      return [each.expression, definition?.type === 'composite' || definition === undefined ? '' : factsOf(definition)];
    }),
  ];
  return new Map(
    [...parameters.values()]
      .filter(each => each.expression !== undefined && !KNOWN_TO_STORE.has(each.code))
      .filter(each => whyNotSearchable(each) === undefined)
      .map(each => [each.code, digestOf(factsOf(each))]),
  );
};
