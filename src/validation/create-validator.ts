import type { Definitions } from '../definitions/definitions.ts';
import { type Issue, MOST_ISSUES } from '../fhir/issue.ts';
import { isJsonObject, type JsonObject, type Resource } from '../fhir/resource.ts';
import type { WrittenNumbers } from '../fhir/written-numbers.ts';
import { claimedProfiles, profileClaims } from './claimed-profiles.ts';
import { compilePlans } from './compile-plans.ts';
import { explainResource } from './explain-resource.ts';
import { generateCheck } from './generate-check.ts';
import type { Judges } from './generate-item.ts';
import type { ProfileReference, Scope } from './plan.ts';
import type { Plans } from './plans.ts';
import { createReport } from './report.ts';
import { type Conforms, createScope, nestedScope } from './scope.ts';
import { twinCheck, twinsCheck } from './twins.ts';

/** Judges whole resources by their type and by profiles, without a network. */
export interface Validator {
  /**
   * The issues of a resource by its base type, by each of `profiles` (canonical urls, required: one that is not loaded is an error), and
   * by the profiles that `meta.profile` claims (one that is not loaded is a warning). Empty when it is valid; a valid resource gets no
   * warnings but for unknown claims. `written` (of `parseResource`) tells integers that are not written as such. Never throws, whatever
   * the JSON.
   */
  validate(resource: Resource, profiles: readonly string[], written?: WrittenNumbers): Issue[];
  /** Whether `validate` would find no error in the values; the fast half of it. */
  isValid(resource: Resource, profiles: readonly string[]): boolean;
  /** As `validate`, with all warnings for a valid resource too; slower. */
  explain(resource: Resource, profiles: readonly string[], written?: WrittenNumbers): Issue[];
}

type Check = (value: JsonObject, scope: Scope) => boolean;

/** What a server may choose about validation. */
export interface ValidatorOptions {
  /** Issues that one call gives at most; default `MOST_ISSUES`. */
  maxIssues?: number;
  /**
   * How a reference to a type that the base definition does not name is reported. `error` (the default) is what R4 says; `warning`
   * lets in what some of its own examples do, for servers that do not hold references together. Profiles are always held to.
   */
  baseTargets?: 'error' | 'warning';
  /** What becomes of an extension whose definition is not loaded; default `warn`. One under `modifierExtension` is always refused. */
  unknownExtensions?: 'warn' | 'refuse';
}

/**
 * A validator over what `definitions` knows. Types and profiles are compiled when they are first met; when definitions were posted,
 * profiles are compiled anew and types stay. A resource is judged by generated code that only says yes or no; only after a no (or for
 * `explain`) the same plans are interpreted to find every issue.
 * https://hl7.org/fhir/R4/validation.html
 */
export function createValidator(
  definitions: Definitions,
  { maxIssues = MOST_ISSUES, baseTargets = 'error', unknownExtensions = 'warn' }: ValidatorOptions = {},
): Validator {
  const isConform = (value: unknown, { type, reference }: ProfileReference, scope: Scope): boolean => {
    if (
      isJsonObject(value) &&
      typeof value.resourceType === 'string' &&
      type !== undefined &&
      value.resourceType !== type &&
      !plans.isAnyResource(type)
    )
      return false;
    return reference === undefined || (reference.check as Check)(value as JsonObject, scope);
  };

  const judges: Judges = {
    resource(value, scope) {
      if (!isJsonObject(value)) return false;
      return isValid(value as Resource, nestedScope(value as Resource, scope));
    },
    conforms: isConform,
    twin: (value, main, scope, place) => twin(value, main, scope, place),
    twins: (value, main, scope, place) => twins(value, main, scope, place),
  };

  // Resources may refer to each other in circles: what is being judged is taken for right until it is.
  const inProgress: { value: JsonObject; profile: ProfileReference }[] = [];

  const plans: Plans = compilePlans(definitions, {
    generate: plan => generateCheck(plan, judges),
    conforms(value, profile, scope) {
      if (profile.type === undefined || !isJsonObject(value)) return false;
      if (inProgress.some(one => one.value === value && one.profile === profile)) return true;
      inProgress.push({ value, profile });
      try {
        const own = value.resourceType;
        const isResource = typeof own === 'string' && plans.isResourceType(own);
        const base = plans.type(isResource ? own : profile.type);
        return (base.check as Check)(value, scope) && isConform(value, profile, scope);
      } finally {
        inProgress.pop();
      }
    },
    isConform,
    unknownExtensions,
    baseTargets,
  });

  const conformsTo: Conforms = (value, url, scope) => {
    const profile = plans.profile(url);
    if (profile.type === undefined) return undefined;
    return plans.conforms(value, profile, scope);
  };

  const element = plans.type('Element');
  const twin = twinCheck((value, scope, place) => element.check(value, scope, place));
  const twins = twinsCheck(twin);

  /** Fast judgement by base type and claims; unknown claims are not its matter. */
  const isValid = (resource: Resource, scope: Scope): boolean => {
    const { resourceType } = resource;
    if (typeof resourceType !== 'string' || !plans.isResourceType(resourceType)) return false;
    if (!(plans.type(resourceType).check as Check)(resource, scope)) return false;
    if (resource.meta === undefined) return true;
    for (const url of profileClaims(resource)) {
      if (typeof url === 'string' && !isConform(resource, plans.profile(url), scope)) return false;
    }
    return true;
  };

  /** To be called before a judgement begins: what was compiled is good for one generation of definitions. */
  let generation = definitions.generation;
  const keepUp = (): void => {
    if (definitions.generation === generation) return;
    generation = definitions.generation;
    plans.renew();
  };

  const isValidBy = (resource: Resource, profiles: readonly string[]): boolean => {
    try {
      const scope = createScope(resource, definitions, conformsTo);
      if (!isValid(resource, scope)) return false;
      for (const url of profiles) {
        const profile = plans.profile(url);
        if (profile.type === undefined || !isConform(resource, profile, scope)) return false;
      }
      return true;
    } catch (error) {
      // Nested beyond what the stack holds.
      if (error instanceof RangeError) return false;
      throw error;
    }
  };

  const explain = (
    resource: Resource,
    profiles: readonly string[],
    thorough: boolean,
    written: WrittenNumbers | undefined,
  ): Issue[] => {
    const report = createReport(maxIssues, { thorough });
    try {
      explainResource(resource, profiles, createScope(resource, definitions, conformsTo, written), report, {
        plans,
        resourceTypes: definitions.resourceTypes,
        isConform,
        isValid,
        thorough,
      });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      report.error(
        'nesting-too-deep',
        resource.resourceType,
        'Objects are nested too deeply to be judged. Nest them less.',
      );
    }
    return report.issues();
  };

  return {
    validate(resource, profiles, written) {
      keepUp();
      const isKnown = (url: string) => plans.profile(url).type !== undefined;
      const isValid = isValidBy(resource, profiles);
      if (isValid && written === undefined && claimedProfiles(resource).every(isKnown)) return [];
      return explain(resource, profiles, false, written);
    },
    isValid(resource, profiles) {
      keepUp();
      return isValidBy(resource, profiles);
    },
    explain(resource, profiles, written) {
      keepUp();
      return explain(resource, profiles, true, written);
    },
  };
}
