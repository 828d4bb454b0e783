import { type FhirError, refuse } from '../../fhir/fhir-error.ts';
import { unescapeValue } from '../escape.ts';
import type { TokenValue } from '../query.ts';
import { refuseValue } from '../refuse-value.ts';
import type { ParameterUse } from '../search-type.ts';
import { valueTypes } from '../value-types.ts';

/** As many codes as a search is carried out with. */
const MOST_CODES = 5000;

const incomplete = (text: string): FhirError => refuse('terminology-incomplete', text);

const requireFew = (values: readonly TokenValue[], { parameter }: ParameterUse): readonly TokenValue[] => {
  if (values.length <= MOST_CODES) return values;
  throw refuse(
    'expansion-too-costly',
    `Search parameter "${parameter.code}" stands for more than ${MOST_CODES} codes. Ask for fewer.`,
  );
};

/** Elements of the type `code` are stored without a system. */
const withSystem = (
  { parameter, resourceType, definitions }: ParameterUse,
  system: string,
  code: string,
): TokenValue => {
  const { types } = valueTypes(parameter, resourceType, definitions);
  return types.has('code') ? { code } : { system, code };
};

/**
 * The codes of the value sets that `:in` and `:not-in` name.
 * @throws {FhirError} 422 `terminology-incomplete` where one is not loaded here or cannot be listed whole
 * https://hl7.org/fhir/R4/search.html#token
 */
export function codesIn(use: ParameterUse): readonly TokenValue[] {
  const codes: TokenValue[] = [];
  for (const value of use.values) {
    for (const { system, code } of membersOf(unescapeValue(value), use)) {
      codes.push(withSystem(use, system, code));
      if (codes.length > MOST_CODES) break;
    }
  }
  return requireFew(codes, use);
}

function* membersOf(text: string, { definitions }: ParameterUse): Iterable<{ system: string; code: string }> {
  const local = /^(?:.*\/)?ValueSet\/([A-Za-z0-9.-]{1,64})$/.exec(text);
  const url = local === null ? text : definitions.conformanceResource('ValueSet', local[1]!)?.url;
  const set = definitions.valueSet(text) ?? (typeof url === 'string' ? definitions.valueSet(url) : undefined);
  if (set === undefined) throw incomplete('The value set that the search names is not loaded here.');
  const [gap] = set.gaps;
  if (gap !== undefined || set.open) {
    throw incomplete(`The codes of the value set ${set.url} cannot be listed whole. ${gap ?? ''}`.trim());
  }
  for (const { member, verdict } of set.members()) {
    if (verdict === 'unknown') throw incomplete(`Not all codes of the value set ${set.url} can be judged here.`);
    yield member;
  }
}

/**
 * The codes that are above or below the given ones in their code system, with themselves.
 * @throws {FhirError} 422 `terminology-incomplete` where the system is not loaded here
 */
export function codesAround(
  use: ParameterUse,
  direction: 'above' | 'below',
  values: readonly TokenValue[],
): readonly TokenValue[] {
  const codes = values.flatMap(({ system, code }) => {
    const systems = system ? [system] : boundSystems(use);
    if (code === undefined || systems.length === 0) {
      throw refuseValue(use, `"system|code" with the modifier ":${direction}"`);
    }
    return systems.flatMap(each => around(each, code, direction, use).map(found => withSystem(use, each, found)));
  });
  return requireFew(codes, use);
}

const boundSystems = ({ parameter, resourceType, definitions }: ParameterUse): string[] =>
  valueTypes(parameter, resourceType, definitions).codesFrom.flatMap(url => [
    ...(definitions.valueSet(url)?.systems ?? []),
  ]);

function around(system: string, code: string, direction: 'above' | 'below', { definitions }: ParameterUse): string[] {
  const concepts = definitions.codeSystem(system);
  if (concepts === undefined || concepts.concepts.size === 0) {
    throw incomplete(
      'The code system that the search names is not loaded here, so what is above or below is not known.',
    );
  }
  if (direction === 'below') return [code, ...concepts.descendants(code)];
  const found = new Set([code]);
  for (const each of found) for (const parent of concepts.parents(each)) found.add(parent);
  return [...found];
}
