import type { Resource } from '../fhir/resource.ts';
import type { InsuranceContext, InsuranceRule } from '../insurance/insurance-rule.ts';
import type { Deps } from './context.ts';
import { lookUp } from './look-up.ts';

/** What an insurance rule may know of a resource with that id: the scheme, the time, and what it looks up. */
export const insuranceContext = async (
  deps: Deps,
  { lookups }: InsuranceRule,
  resource: Resource,
  id: string,
): Promise<InsuranceContext> => ({
  ...deps.settings,
  id,
  now: deps.now(),
  found: lookups === undefined ? {} : await lookUp(deps, found => lookups(resource, found, deps.settings)),
});
