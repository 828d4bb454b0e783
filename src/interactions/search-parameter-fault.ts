import type { GrowingDefinitions, SearchParameter } from '../definitions/definitions.ts';
import type { Resource } from '../fhir/resource.ts';
import { type ParameterFault, parameterFault } from '../search/parameter-fault.ts';

const KINDS: ReadonlySet<string> = new Set(['Resource', 'DomainResource']);

/** Why a SearchParameter that is valid as a resource cannot be searched by here: it finds nothing, or its code is another one's. */
export const searchParameterFault = (
  definitions: GrowingDefinitions,
  id: string,
  resource: Resource,
): ParameterFault | undefined => {
  const { resourceType } = resource;
  const parameter = resource as unknown as SearchParameter;
  const { code, base } = parameter;
  if (code.startsWith('_')) {
    return { expression: 'SearchParameter.code', text: `Codes that begin with "_", like \`${code}\`, are R4's own.` };
  }
  const fault = parameterFault(parameter, definitions.after({ resourceType, id, resource: { ...resource, id } }));
  if (fault !== undefined) return fault;
  const others = definitions.after({ resourceType, id });
  const types = base.some(each => KINDS.has(each)) ? definitions.resourceTypes : base;
  for (const type of types) {
    const other = others.searchParameters(type).get(code);
    if (other === undefined) continue;
    const text = `\`${code}\` of ${type} is the search parameter ${other.url} already. Give this one a code of its own.`;
    return { expression: 'SearchParameter.code', text };
  }
  return undefined;
};
