import type { TypeCapability } from '../definitions/capability.ts';
import { refuse } from '../fhir/fhir-error.ts';
import type { Deps } from './context.ts';

/**
 * What the capability file says about a type. A type that is not R4's is 404, and so is one that is not enabled, each with its
 * own text; an interaction that is not enabled on the type is 405. `allow` lists the methods that are, for the `Allow` header.
 */
export const enabledType = (
  deps: Pick<Deps, 'capability' | 'definitions'>,
  resourceType: string,
  interaction?: string,
  allow?: (type: TypeCapability) => string,
): TypeCapability => {
  const type = deps.capability.types.get(resourceType);
  if (type === undefined) {
    throw refuse(
      'type-unknown',
      deps.definitions.resourceTypes.includes(resourceType)
        ? `${resourceType} is not enabled on this server. GET /metadata lists the types that are.`
        : `${resourceType} is not a FHIR R4 resource type. Type names are written as in the specification, like Claim.`,
    );
  }
  if (interaction !== undefined && !type.interactions.has(interaction)) {
    throw refuse(
      'interaction-not-enabled',
      `${interaction} is not enabled for ${resourceType}. GET /metadata lists the interactions that are.`,
      allow === undefined ? {} : { headers: { allow: allow(type) } },
    );
  }
  return type;
};
