import type { Definitions } from '../definitions/definitions.ts';
import { isJsonObject, type JsonObject, type Resource } from '../fhir/resource.ts';
import type { Scope } from './plan.ts';

/** The resource in the Bundle that a reference names by the `fullUrl` of its entry, or by type and id at its end. */
function resolveInBundle(bundle: Resource, reference: unknown): JsonObject | undefined {
  if (typeof reference !== 'string' || !Array.isArray(bundle.entry)) return undefined;
  for (const entry of bundle.entry) {
    if (!isJsonObject(entry) || !isJsonObject(entry.resource) || typeof entry.fullUrl !== 'string') continue;
    if (entry.fullUrl === reference || entry.fullUrl.endsWith(`/${reference}`)) return entry.resource;
  }
  return undefined;
}

const textOf = (reference: JsonObject | string) => (typeof reference === 'string' ? reference : reference.reference);

/** The scope of a resource that stands by itself. `conformsTo` answers the function of that name in FHIRPath. */
export function createScope(
  resource: Resource,
  definitions: Definitions,
  conformsTo: (value: unknown, profile: string, scope: Scope) => boolean | undefined,
): Scope {
  return {
    resource,
    rootResource: resource,
    bundle: undefined,
    budget: { spent: 0 },
    conformsTo(this: Scope, value, profile) {
      return conformsTo(value, profile, this);
    },
    memberOf(value, url) {
      const codes = definitions.valueSet(url);
      const found = typeof value === 'string' ? { code: value } : value;
      if (codes === undefined || !isJsonObject(found)) return undefined;
      const codings = Array.isArray(found.coding) ? found.coding : [found];
      const answers = codings.map(coding =>
        isJsonObject(coding) && typeof coding.code === 'string'
          ? codes.judge(coding.code, typeof coding.system === 'string' ? coding.system : undefined)
          : 'no',
      );
      if (answers.includes('yes')) return true;
      return answers.includes('unknown') ? undefined : false;
    },
  };
}

/**
 * The scope of a resource inside another: a contained one shares the outer one's root; one in a Bundle or in Parameters stands by
 * itself, and in a Bundle it may refer to its neighbours.
 */
export function nestedScope(resource: Resource, outer: Scope): Scope {
  const { resourceType } = outer.resource;
  if (resourceType === 'Bundle') {
    const bundle = outer.resource;
    const resolve: NonNullable<Scope['resolve']> = reference => resolveInBundle(bundle, textOf(reference));
    return { ...outer, resource, rootResource: resource, bundle, resolve };
  }
  return resourceType === 'Parameters' ? { ...outer, resource, rootResource: resource } : { ...outer, resource };
}
