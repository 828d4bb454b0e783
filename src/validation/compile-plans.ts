import type { Definitions, StructureWithSnapshot } from '../definitions/definitions.ts';
import { SnapshotError } from '../definitions/snapshot-error.ts';
import { bindingRule } from './binding-rule.ts';
import { bindingPlan } from './bindings.ts';
import { bundleRule } from './bundle-entries.ts';
import { codingAdvice } from './coding-advice.ts';
import { bindingsOf } from './compile-item.ts';
import { profilePlan } from './compile-profile.ts';
import { structurePlan } from './compile-structure.ts';
import { containedRule } from './contained.ts';
import { extensionDefinition } from './extension-definition.ts';
import { type ExtensionJudges, extensionPlan, extensionRule } from './extensions.ts';
import { identifierRule } from './identifiers.ts';
import { literalTypeOf } from './literal-type.ts';
import type {
  BindingPlan,
  ExtensionDefinition,
  FastCheck,
  NativeRule,
  ObjectPlan,
  PlanReference,
  ProfileReference,
  Scope,
  TargetPlan,
} from './plan.ts';
import type { Plans } from './plans.ts';
import { SLOTS, slotOf } from './recent-text.ts';
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
  /** Whether a value that is valid by its type conforms to a profile. */
  isConform(value: unknown, profile: ProfileReference, scope: Scope): boolean;
  unknownExtensions: ExtensionJudges['unknown'];
}

/** The plans of all definitions, each compiled when it is first asked for. */
export function compilePlans(definitions: Definitions, host: PlanHost): Plans {
  const types = new Map<string, PlanReference>();
  const trees = new Map<string, ElementTree>();
  const profiles = new Map<string, ProfileReference>();
  const recentProfiles: (ProfileReference | undefined)[] = Array(SLOTS).fill(undefined);
  const profilesOf = new Map<StructureWithSnapshot, ProfileReference>();
  const extensions = new Map<string, ExtensionDefinition>();
  const recentExtensions: (ExtensionDefinition | undefined)[] = Array(SLOTS).fill(undefined);
  const bindings = new Map<string, BindingPlan>();
  const resourceTypes = new Set(definitions.resourceTypes);
  const isResourceType = (code: string) => resourceTypes.has(code);
  const literalType = literalTypeOf(resourceTypes);

  const rulesOf = (name: string): NativeRule[] => {
    if (name === 'Extension') return [extensionRule];
    if (name === 'Coding' || QUANTITIES.has(name)) return [codingAdvice(definitions)];
    if (name === 'Reference') return [referenceRule(isResourceType, literalType)];
    if (name === 'Identifier') return [identifierRule];
    if (name === 'Bundle') return [bundleRule(isResourceType)];
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
      check: (value, scope, place) => {
        made.check = host.generate(made.plan);
        return made.check(value, scope, place);
      },
    };
    return made;
  };

  /** Told by the url alone, so that its definition need not be read. */
  const isBaseType = (url: string) => url.startsWith(BASE) && isResourceType(url.slice(BASE.length));

  const typesOf = (urls: readonly string[]): ReadonlySet<string> | undefined => {
    const found = new Set<string>();
    for (const url of urls) {
      const type = isBaseType(url) ? url.slice(BASE.length) : typeOfProfile(definitions, url);
      if (type === undefined || !isResourceType(type)) return undefined;
      found.add(type);
    }
    return found;
  };

  const definitionOf = (url: string): ExtensionDefinition | undefined => {
    const slot = slotOf(url);
    const last = recentExtensions[slot];
    if (last?.profile.url === url) return last;
    const known = extensions.get(url);
    if (known !== undefined) {
      recentExtensions[slot] = known;
      return known;
    }
    const profile = plans.profile(url);
    const found = profile.type === 'Extension' ? structureOf(definitions, url) : undefined;
    if (found === undefined) return undefined;
    const structure = found instanceof SnapshotError ? { ...found.structure, snapshot: { element: [] } } : found;
    const definition = extensionDefinition(structure, profile);
    if (url === profile.url) extensions.set(url, definition);
    return definition;
  };
  const extensionJudges: ExtensionJudges = { definitionOf, conforms: host.isConform, unknown: host.unknownExtensions };

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
        const structure = structureOf(definitions, name);
        if (structure === undefined || structure instanceof SnapshotError) return undefined;
        tree = elementTree(structure);
        // A profile's is asked for while another one is compiled, and not again.
        if (!name.includes(':')) trees.set(name, tree);
      }
      return tree;
    },
    profile(url) {
      const slot = slotOf(url);
      const last = recentProfiles[slot];
      if (last?.url === url) return last;
      const known = profiles.get(url);
      if (known !== undefined) {
        recentProfiles[slot] = known;
        return known;
      }
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
    targets(urls = [], severity, aggregation = []) {
      if (urls.length === 0 && aggregation.length === 0) return undefined;
      const types = () => (urls.length === 0 ? undefined : typesOf(urls));
      const profileUrls = urls.filter(url => !isBaseType(url));
      const profilesOfTargets = () =>
        profileUrls.map(plans.profile).filter(({ type, reference }) => type !== undefined && reference !== undefined);
      const asked = { types, profiles: profilesOfTargets, aggregation, severity };
      return targetPlan(asked, profileUrls.length > 0, plans, literalType);
    },
    extensions: site => extensionPlan(site, extensionJudges),
    conforms: host.conforms,
    isAnyResource: code => code === 'Resource' || code === 'DomainResource',
    isResourceType,
    extensionUrl(profile) {
      return fixedUrl(definitions, profile) ?? profile;
    },
    renew() {
      profiles.clear();
      recentProfiles.fill(undefined);
      profilesOf.clear();
      extensions.clear();
      recentExtensions.fill(undefined);
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
