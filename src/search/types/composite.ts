import type { Definitions, SearchParameter } from '../../definitions/definitions.ts';
import { splitEscaped } from '../escape.ts';
import type { Condition, TokenValue } from '../query.ts';
import { refuseModifier, refuseValue } from '../refuse-value.ts';
import type { ParameterUse, SearchType } from '../search-type.ts';
import { tokenType } from './token.ts';

/** The parameters that a composite is made of: a token, and what belongs to it. */
export interface Components {
  first: SearchParameter;
  second: SearchParameter;
}

/** Undefined where they are not known here, or the first is no token. */
export function componentsOf(
  { component = [] }: SearchParameter,
  resourceType: string,
  definitions: Definitions,
): Components | undefined {
  const known = [...definitions.searchParameters(resourceType).values()];
  const parts = component.map(({ definition }) => known.find(({ url }) => url === definition));
  // `relationship` of DocumentReference names its two parameters the other way round than their expressions.
  const [first, second] = parts[0]?.type === 'token' ? parts : parts.reverse();
  return first?.type === 'token' && second !== undefined ? { first, second } : undefined;
}

/** What the second value of a composite is indexed as, for each way in which the first may be asked for. */
export function namesOf(parameter: string, { system, code }: TokenValue): string[] {
  const names: string[] = [];
  if (code !== undefined) names.push(nameOf(parameter, { code }), nameOf(parameter, { system: system ?? '', code }));
  if (system) names.push(nameOf(parameter, { system }));
  return names;
}

/** The numbers tell the three forms apart, whatever is in them. */
function nameOf(parameter: string, { system, code }: TokenValue): string {
  if (code === undefined) return `${parameter}$3 ${system}`;
  return system === undefined ? `${parameter}$1 ${code}` : `${parameter}$2 ${system}|${code}`;
}

/**
 * Two values that belong together: the second is searched by a parameter of its own kind, whose name is made of the first.
 * @param typeOf the type of search parameter by its code
 * https://hl7.org/fhir/R4/search.html#composite
 */
export const compositeType = (typeOf: (code: SearchParameter['type']) => SearchType | undefined): SearchType => ({
  modifiers: [],
  parse(use) {
    if (use.modifier !== undefined) throw refuseModifier(use, []);
    const components = componentsOf(use.parameter, use.resourceType, use.definitions);
    const second = components && typeOf(components.second.type);
    if (components === undefined || second === undefined) {
      throw refuseValue(use, 'left out: what its definition is made of is not known here');
    }
    const conditions = use.values.map((value): Condition => {
      const parts = splitEscaped(value, '$');
      if (parts.length !== 2 || parts.includes('')) {
        throw refuseValue(use, `two values with "$" between: ${components.first.code} and ${components.second.code}`);
      }
      const [token, other] = parts as [string, string];
      const first = tokenType.parse(partOf(use, components.first, token));
      const [asked] = (first as { anyOf: readonly TokenValue[] }).anyOf;
      const code = nameOf(use.parameter.code, asked!);
      return second.parse(partOf(use, { ...components.second, code }, other));
    });
    return conditions.length === 1 ? conditions[0]! : { kind: 'any', anyOf: conditions };
  },
  entries: {},
});

const partOf = (use: ParameterUse, parameter: SearchParameter, value: string): ParameterUse => ({
  ...use,
  parameter,
  values: [value],
});
