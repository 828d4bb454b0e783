import { DEFINITION_TYPES } from '../definitions/definition-types.ts';
import type { Resource } from '../fhir/resource.ts';
import type { Deps } from './context.ts';
import { definitionIdentities } from './judge-definition.ts';

/** What only one resource of the store may have, of a resource that is stored already. */
export const identitiesOf = ({ insuranceRules }: Deps, resource: Resource): string[] => {
  const { resourceType } = resource;
  const identities = DEFINITION_TYPES.has(resourceType)
    ? definitionIdentities(resource)
    : (insuranceRules.get(resourceType)?.identities?.(resource) ?? []);
  return identities.map(({ key }) => key);
};
