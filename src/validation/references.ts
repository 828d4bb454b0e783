import { containedResource } from '../fhir/contained-resource.ts';
import { isJsonObject, type JsonObject, type Resource } from '../fhir/resource.ts';
import { bundledResource } from './bundled-resource.ts';
import type { LiteralType } from './literal-type.ts';
import type { NativeRule, ProfileReference, Scope, TargetPlan } from './plan.ts';
import type { Plans } from './plans.ts';
import { targetWithin } from './scope.ts';

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
    if (found !== null && isType(found[1]!)) return { form: 'typed', type: found[1]! };
    const type = scope.bundle && bundledResource(scope.bundle, reference)?.resourceType;
    return typeof type === 'string' ? { form: 'typed', type } : any;
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
      const { reference, type, identifier, display } = value as JsonObject;
      if (typeof reference !== 'string') {
        if (reference === undefined && identifier === undefined && display === undefined) {
          const text =
            'The Reference says nothing of its target. Give it a `reference`, an `identifier` or a `display`.';
          report.advice('reference-unresolved', path, text);
        }
        return;
      }
      if (reference.startsWith('#') && !isKnownContained(reference, scope.rootResource)) {
        report.error(
          'reference-contained',
          `${path}.reference`,
          'The reference starts with # but no contained resource has this id. Put the resource into `contained` of the outermost resource, or refer to it by Type/id.',
        );
        return;
      }
      if (
        scope.bundle !== undefined &&
        reference.startsWith('urn:') &&
        targetWithin(value as JsonObject, scope) === undefined
      ) {
        report.advice(
          'reference-unresolved',
          `${path}.reference`,
          'No entry of the Bundle has this urn as its fullUrl. Add the entry, or refer by Type/id or an absolute URL.',
        );
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

type Asked = Pick<TargetPlan, 'types' | 'profiles' | 'aggregation' | 'severity'>;

function hasProfileFault(value: JsonObject, scope: Scope, { profiles }: TargetPlan, plans: Plans): boolean {
  const target = targetWithin(value, scope);
  if (target === undefined) return false;
  const { resource } = target;
  const ofType = profiles().filter(({ type }) => type === resource.resourceType);
  return ofType.length > 0 && !ofType.some(profile => plans.conforms(resource, profile, target.scope));
}

function isAggregated(value: JsonObject, scope: Scope, modes: readonly string[]): boolean {
  const { reference } = value;
  if (typeof reference !== 'string') return true;
  if (reference.startsWith('#')) return modes.includes('contained');
  return modes.includes('referenced') || (modes.includes('bundled') && targetWithin(value, scope) !== undefined);
}

/**
 * What a Reference may point to; `asked` is read when it is first needed. A target inside the instance is judged by the profiles too,
 * where there are any. https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.type.targetProfile
 */
export function targetPlan(asked: Asked, hasProfiles: boolean, plans: Plans, literalType: LiteralType): TargetPlan {
  let types: { known: ReadonlySet<string> | undefined } | undefined;
  let profiles: readonly ProfileReference[] | undefined;
  let lastAllowed: string | undefined;
  const { aggregation, severity } = asked;
  const isOpen = aggregation.length === 0 && !hasProfiles;
  const plan: TargetPlan = {
    types() {
      types ??= { known: asked.types() };
      return types.known;
    },
    profiles() {
      profiles ??= asked.profiles();
      return profiles;
    },
    aggregation,
    severity,
    faultOf(value, scope) {
      const allowed = plan.types();
      if (!isJsonObject(value)) return undefined;
      if (allowed !== undefined) {
        const { reference } = value;
        const name = typeof reference === 'string' ? literalType(reference) : undefined;
        if (name !== undefined && (name === lastAllowed || allowed.has(name))) lastAllowed = name;
        else {
          const type = referencedType(value, scope, plans.isResourceType);
          if (type !== undefined && !allowed.has(type)) return 'type';
        }
      }
      if (isOpen) return undefined;
      if (aggregation.length > 0 && !isAggregated(value, scope, aggregation)) return 'aggregation';
      return hasProfiles && hasProfileFault(value, scope, plan, plans) ? 'profile' : undefined;
    },
  };
  return plan;
}
