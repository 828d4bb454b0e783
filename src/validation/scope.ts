import type { Definitions } from '../definitions/definitions.ts';
import { containedResource } from '../fhir/contained-resource.ts';
import { isJsonObject, type JsonObject, type Resource } from '../fhir/resource.ts';
import type { WrittenNumbers } from '../fhir/written-numbers.ts';
import { bundledResource } from './bundled-resource.ts';
import type { Scope } from './plan.ts';

const textOf = (reference: JsonObject | string) => (typeof reference === 'string' ? reference : reference.reference);

/** Whether a value conforms to a profile, its type included; undefined where the profile is not loaded. */
export type Conforms = (value: unknown, url: string, scope: Scope) => boolean | undefined;

/** The scope of a resource that stands by itself. `conforms` answers the function `conformsTo` of FHIRPath. */
export function createScope(
  resource: Resource,
  definitions: Definitions,
  conforms: Conforms,
  written?: WrittenNumbers,
): Scope {
  return {
    resource,
    rootResource: resource,
    bundle: undefined,
    budget: { spent: 0 },
    written,
    ids: undefined,
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
    // What a reference leads to elsewhere is known by type and id only.
    conformsTo(this: Scope, value, url) {
      return isStub(value) ? undefined : conforms(value, url, scopeOf(value, this));
    },
  };
}

function isStub(value: unknown): boolean {
  if (!isJsonObject(value) || typeof value.resourceType !== 'string') return false;
  for (const name in value) if (name !== 'resourceType' && name !== 'id') return false;
  return true;
}

/** The scope of a resource that an expression has come to: contained in the one that it began with, or standing by itself. */
function scopeOf(value: unknown, scope: Scope): Scope {
  if (!isJsonObject(value) || typeof value.resourceType !== 'string') return scope;
  const { contained } = scope.rootResource;
  const isContained = Array.isArray(contained) && contained.includes(value);
  const resource = value as Resource;
  return { ...scope, resource, rootResource: isContained ? scope.rootResource : resource, ids: undefined };
}

/**
 * The scope of a resource inside another: a contained one shares the outer one's root; one in a Bundle or in Parameters stands by
 * itself, and in a Bundle it may refer to its neighbours.
 */
export function nestedScope(resource: Resource, outer: Scope): Scope {
  const { resourceType } = outer.resource;
  if (resourceType === 'Bundle') {
    const bundle = outer.resource;
    const resolve: NonNullable<Scope['resolve']> = reference => {
      const text = textOf(reference);
      return typeof text === 'string' ? bundledResource(bundle, text) : undefined;
    };
    return { ...outer, resource, rootResource: resource, bundle, ids: undefined, resolve };
  }
  return {
    ...outer,
    resource,
    rootResource: resourceType === 'Parameters' ? resource : outer.rootResource,
    ids: undefined,
  };
}

/** A resource that a reference leads to without leaving the instance: contained in the same resource, or in the same Bundle. */
export interface Target {
  readonly resource: Resource;
  readonly scope: Scope;
  readonly place: 'contained' | 'bundled';
}

/** The target of a Reference, as far as it is there to be looked at. https://hl7.org/fhir/R4/references.html#contained */
export function targetWithin({ reference }: JsonObject, scope: Scope): Target | undefined {
  if (typeof reference !== 'string') return undefined;
  if (reference.startsWith('#')) {
    const root = scope.rootResource;
    const resource = reference.length === 1 ? root : containedResource(root, reference.slice(1));
    return resource === undefined
      ? undefined
      : {
          resource: resource as Resource,
          scope: { ...scope, resource: resource as Resource, ids: undefined },
          place: 'contained',
        };
  }
  const resource = scope.bundle === undefined ? undefined : bundledResource(scope.bundle, reference);
  return (
    resource && { resource, scope: { ...scope, resource, rootResource: resource, ids: undefined }, place: 'bundled' }
  );
}
