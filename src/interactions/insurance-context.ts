import type { Resource } from '../fhir/resource.ts';
import type { InsuranceContext, InsuranceRule } from '../insurance/insurance-rule.ts';
import type { NewestCondition } from '../store/store.ts';
import type { Deps } from './context.ts';
import { lookUp } from './look-up.ts';

/**
 * What an insurance rule may know of a resource with that id: the scheme, the time, and what it looks up; and what must still be so
 * when its decision is committed.
 */
export const insuranceContext = async (
  deps: Deps,
  { lookups }: InsuranceRule,
  resource: Resource,
  id: string,
  previous?: Resource,
): Promise<{ context: InsuranceContext; nothingNew: readonly NewestCondition[] }> => {
  const { found, nothingNew } =
    lookups === undefined
      ? { found: {}, nothingNew: [] }
      : await lookUp(deps, known => lookups(resource, known, { ...deps.settings, id, previous }));
  return { context: { ...deps.settings, id, now: deps.now(), found }, nothingNew };
};
