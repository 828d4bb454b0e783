import type { Definitions, StructureWithSnapshot } from '../definitions/definitions.ts';
import { SnapshotError } from '../definitions/snapshot-error.ts';
import { bindingRule } from './binding-rule.ts';
import { bindingPlan } from './bindings.ts';
import { codingAdvice } from './coding-advice.ts';
import { bindingsOf } from './compile-item.ts';
import { profilePlan } from './compile-profile.ts';
import { structurePlan } from './compile-structure.ts';
import { containedRule } from './contained.ts';
import { fullUrlRule } from './full-url.ts';
import type {
  BindingPlan,
  FastCheck,
  NativeRule,
  ObjectPlan,
  PlanReference,
  ProfileReference,
  Scope,
  TargetPlan,
} from './plan.ts';
import type { Plans } from './plans.ts';
import { referenceRule, targetPlan } from './references.ts';
import { type ElementTree, elementTree, valueFor } from './snapshot-tree.ts';
import { unusableProfile } from './unusable-profile.ts';

const QUANTITIES: ReadonlySet<string> = new Set([
  'Quantity',
  'Age',
  'Count',
  'Distance',
  'Duration',
  'MoneyQuantity',
  'SimpleQuantity',
]);
const BASE = 'http://hl7.org/fhir/StructureDefinition/';

/** What the plans ask of the validator that they belong to. */
export interface PlanHost {
  generate(plan: ObjectPlan): FastCheck;
  conforms(value: unknown, profile: ProfileReference, scope: Scope): boolean;
  baseTargets: TargetPlan['severity'];
  /** The rule of all extensions: their own form, and the definition that their url names. */
  extensionRule: NativeRule;
}

/** The plans of all definitions, each compiled when it is first asked for. */
export function compilePlans(definitions: Definitions, host: PlanHost): Plans {
  const types = new Map<string, PlanReference>();
  const trees = new Map<string, ElementTree>();
  const profiles = new Map<string, ProfileReference>();
  const profilesOf = new Map<StructureWithSnapshot, ProfileReference>();
  const bindings = new Map<string, BindingPlan>();
  const resourceTypes = new Set(definitions.resourceTypes);
  const isResourceType = (code: string) => resourceTypes.has(code);

  const rulesOf = (name: string): NativeRule[] => {
    if (name === 'Extension') return [host.extensionRule];
    if (name === 'Coding' || QUANTITIES.has(name)) return [codingAdvice(definitions)];
    if (name === 'Reference') return [referenceRule(isResourceType)];
    if (name === 'Bundle') return [fullUrlRule(isResourceType)];
    return isResourceType(name) ? [containedRule] : [];
  };

  const reference: Plans['reference'] = (label, build) => {
    let plan: ObjectPlan | undefined;
    const made: PlanReference = {
      label,
      get plan() {
        plan ??= build();
        return plan;
      },
      check: (value, scope) => {
        made.check = host.generate(made.plan);
        return made.check(value, scope);
      },
    };
    return made;
  };

  const typesOf = (urls: readonly string[]): ReadonlySet<string> | undefined => {
    const found = new Set<string>();
    for (const url of urls) {
      const base = url.startsWith(BASE) ? url.slice(BASE.length) : undefined;
      const type = base !== undefined && isResourceType(base) ? base : typeOfProfile(definitions, url);
      if (type === undefined || !isResourceType(type)) return undefined;
      found.add(type);
    }
    return found;
  };

  const plans: Plans = {
    reference,
    type(name) {
      let type = types.get(name);
      if (type === undefined) {
        type = reference(name, () => {
          const structure = definitions.structureDefinition(name);
          if (structure === undefined) throw new Error(`The definition of data type ${name} is not loaded.`);
          const [root] = structure.snapshot.element;
          const bindings = bindingsOf(root!, plans);
          const rules = bindings.length === 0 ? rulesOf(name) : [...rulesOf(name), bindingRule(bindings)];
          return structurePlan(structure, plans, rules);
        });
        types.set(name, type);
      }
      return type;
    },
    tree(name) {
      let tree = trees.get(name);
      if (tree === undefined) {
        const structure = definitions.structureDefinition(name);
        if (structure === undefined) return undefined;
        tree = elementTree(structure);
        trees.set(name, tree);
      }
      return tree;
    },
    profile(url) {
      const known = profiles.get(url);
      if (known !== undefined) return known;
      const structure = structureOf(definitions, url);
      if (structure instanceof SnapshotError) {
        const unusable = unusableProfile(url, structure, plans);
        if (url === structure.structure.url) profiles.set(url, unusable);
        return unusable;
      }
      if (structure === undefined) return { url, type: undefined, reference: undefined };
      let profile = profilesOf.get(structure);
      if (profile === undefined) {
        const { type, derivation } = structure;
        const isConstraint = derivation === 'constraint';
        profile = {
          url: structure.url,
          type,
          reference: isConstraint ? reference(structure.url, () => profilePlan(structure, plans)) : undefined,
        };
        profilesOf.set(structure, profile);
      }
      // Urls come from resources too, with any version behind them: what is kept is what is loaded.
      if (url === structure.url) profiles.set(url, profile);
      return profile;
    },
    binding(strength, valueSet, isCodeNeeded = strength === 'required') {
      const key = `${strength} ${isCodeNeeded} ${valueSet}`;
      let binding = bindings.get(key);
      if (binding === undefined) {
        binding = bindingPlan({ strength, valueSet, isCodeNeeded }, () => definitions.valueSet(valueSet));
        bindings.set(key, binding);
      }
      return binding;
    },
    baseTargets: host.baseTargets,
    targets: (urls, severity) =>
      urls === undefined || urls.length === 0 ? undefined : targetPlan(() => typesOf(urls), severity, isResourceType),
    conforms: host.conforms,
    isAnyResource: code => code === 'Resource' || code === 'DomainResource',
    isResourceType,
    extensionUrl(profile) {
      return fixedUrl(definitions, profile) ?? profile;
    },
    renew() {
      profiles.clear();
      profilesOf.clear();
      for (const binding of bindings.values()) binding.renew();
    },
  };
  return plans;
}

/** The type that a profile constrains, without making its snapshot where its id is, as usual, the end of its url. */
function typeOfProfile(definitions: Definitions, url: string): string | undefined {
  const structure = definitions.conformanceResource('StructureDefinition', url.slice(url.lastIndexOf('/') + 1));
  if (structure?.url === url && typeof structure.type === 'string') return structure.type;
  const found = structureOf(definitions, url);
  return found instanceof SnapshotError ? found.structure.type : found?.type;
}

/** What is loaded under a canonical, or why it cannot be used. */
function structureOf(definitions: Definitions, url: string): StructureWithSnapshot | SnapshotError | undefined {
  try {
    return definitions.structureDefinition(url);
  } catch (error) {
    if (error instanceof SnapshotError) return error;
    throw error;
  }
}

function fixedUrl(definitions: Definitions, profile: string): string | undefined {
  const found = structureOf(definitions, profile);
  const structure = found instanceof SnapshotError ? undefined : found;
  const element = structure?.snapshot.element.find(({ path }) => path === 'Extension.url');
  const url = element && valueFor(element, 'fixed');
  return typeof url === 'string' ? url : structure?.url;
}
