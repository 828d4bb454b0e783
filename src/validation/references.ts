import { containedResource } from '../fhir/contained-resource.ts';
import { isJsonObject, type JsonObject, type Resource } from '../fhir/resource.ts';
import type { LiteralType } from './literal-type.ts';
import type { NativeRule, Scope, TargetPlan } from './plan.ts';

const literal = /^([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?(?:#.*)?$/;
const conditional = /^([A-Z][A-Za-z]+)\?./;
const absolute = /^[A-Za-z][A-Za-z0-9+.-]*:[^ \t\n\r\f\v]+$/;
const tail = /\/([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?(?:#.*)?$/;

/** What a reference text can be seen to point to. `any` where its form is right and its type cannot be told. */
export type Target = { form: 'wrong' | 'any' } | { form: 'typed'; type: string };

const wrong: Target = { form: 'wrong' };
const any: Target = { form: 'any' };

function containedType(id: string, root: Resource): Target {
  if (id === '') return { form: 'typed', type: root.resourceType };
  const type = containedResource(root, id)?.resourceType;
  return typeof type === 'string' ? { form: 'typed', type } : any;
}

/**
 * Reads the form and the type out of a reference text: `Type/id`, an absolute URL, a urn, `#id`, and in a Bundle also `Type?query`.
 * https://hl7.org/fhir/R4/references.html#literal
 */
export function targetOf(reference: string, scope: Scope, isType: (name: string) => boolean): Target {
  if (reference.startsWith('#')) return containedType(reference.slice(1), scope.rootResource);
  const relative = literal.exec(reference);
  if (relative !== null) return isType(relative[1]!) ? { form: 'typed', type: relative[1]! } : wrong;
  if (absolute.test(reference)) {
    const found = tail.exec(reference);
    return found !== null && isType(found[1]!) ? { form: 'typed', type: found[1]! } : any;
  }
  const searched = scope.bundle === undefined ? null : conditional.exec(reference);
  return searched !== null && isType(searched[1]!) ? { form: 'typed', type: searched[1]! } : wrong;
}

/** The type that a Reference points to, by its `reference` or else by its `type`; undefined where it cannot be told. */
export function referencedType(value: JsonObject, scope: Scope, isType: (name: string) => boolean): string | undefined {
  if (typeof value.reference === 'string') {
    const target = targetOf(value.reference, scope, isType);
    if (target.form === 'typed') return target.type;
    if (target.form === 'wrong') return undefined;
  }
  return typeof value.type === 'string' && isType(value.type) ? value.type : undefined;
}

const isKnownContained = (reference: string, root: Resource) =>
  reference.length === 1 || containedResource(root, reference.slice(1)) !== undefined;

/** The rules of every Reference: its text has one of the forms, `#id` exists (ref-1), and `type` agrees with it. */
export function referenceRule(isType: (name: string) => boolean, literalType: LiteralType): NativeRule {
  return {
    holds(value, scope) {
      const { reference, type } = value as JsonObject;
      if (typeof reference !== 'string') return true;
      const name = literalType(reference);
      if (name !== undefined && (type === undefined || type === name)) return true;
      if (reference.startsWith('#') && !isKnownContained(reference, scope.rootResource)) return false;
      const target = targetOf(reference, scope, isType);
      if (target.form === 'wrong') return false;
      return typeof type !== 'string' || target.form !== 'typed' || !isType(type) || type === target.type;
    },
    explain(value, scope, path, report) {
      const { reference, type } = value as JsonObject;
      if (typeof reference !== 'string') return;
      if (reference.startsWith('#') && !isKnownContained(reference, scope.rootResource)) {
        report.error(
          'reference-contained',
          `${path}.reference`,
          'The reference starts with # but no contained resource has this id. Put the resource into `contained` of the outermost resource, or refer to it by Type/id.',
        );
        return;
      }
      const target = targetOf(reference, scope, isType);
      if (target.form === 'wrong') {
        report.error(
          'reference-format',
          `${path}.reference`,
          'The reference is neither Type/id (such as Patient/123, with a resource type of R4 and an id of 1 to 64 letters, digits, - and .), nor an absolute URL, a urn or #id of a contained resource.',
        );
      } else if (typeof type === 'string' && target.form === 'typed' && isType(type) && type !== target.type) {
        report.error(
          'reference-target',
          `${path}.type`,
          `The type says ${type} but the reference points to ${target.type}. Make them agree, or leave \`type\` out.`,
        );
      }
    },
  };
}

/** What a Reference may point to; `load` gives the allowed types (undefined for any) when they are first asked for. */
export function targetPlan(
  load: () => ReadonlySet<string> | undefined,
  severity: TargetPlan['severity'],
  isType: (name: string) => boolean,
  literalType: LiteralType,
): TargetPlan {
  let loaded: { types: ReadonlySet<string> | undefined } | undefined;
  let allowed: string | undefined;
  const typesOf = () => {
    loaded ??= { types: load() };
    return loaded.types;
  };
  return {
    types: typesOf,
    severity,
    allow(value, scope) {
      const types = typesOf();
      if (types === undefined || !isJsonObject(value)) return true;
      const { reference } = value;
      if (typeof reference === 'string') {
        const name = literalType(reference);
        if (name !== undefined && (name === allowed || types.has(name))) {
          allowed = name;
          return true;
        }
      }
      const type = referencedType(value, scope, isType);
      return type === undefined || types.has(type);
    },
  };
}
