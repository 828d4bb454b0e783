import type {
  BindingPlan,
  ExtensionPlan,
  ExtensionSite,
  ObjectPlan,
  PlanReference,
  ProfileReference,
  Scope,
  TargetPlan,
} from './plan.ts';
import type { ElementTree } from './snapshot-tree.ts';

/** What the compilation of one definition asks of the others. Everything is made at first use and kept until `renew`. */
export interface Plans {
  /** A plan made by `build` when it is first needed. */
  reference(label: string, build: () => ObjectPlan): PlanReference;
  /** The plan of a resource type or data type. */
  type(name: string): PlanReference;
  /** The snapshot of a resource type or data type as a tree. */
  tree(name: string): ElementTree | undefined;
  profile(url: string): ProfileReference;
  binding(strength: BindingPlan['strength'], valueSet: string, isCodeNeeded?: boolean): BindingPlan;
  /** What these target profiles and aggregation modes ask of a Reference; undefined for nothing. */
  targets(
    profiles: readonly string[] | undefined,
    severity: TargetPlan['severity'],
    aggregation?: readonly string[],
  ): TargetPlan | undefined;
  extensions(site: ExtensionSite): ExtensionPlan;
  /** How a wrong target is reported where a base definition names the right ones. */
  readonly baseTargets: TargetPlan['severity'];
  /** Whether the type is the one that stands for any resource. */
  isAnyResource(code: string): boolean;
  isResourceType(code: string): boolean;
  /** Whether a value, base type included, is valid by a profile; false when the profile is not loaded. */
  conforms(value: unknown, profile: ProfileReference, scope: Scope): boolean;
  /** The url that extensions of this definition carry. */
  extensionUrl(profile: string): string;
  /**
   * Forgets what may build on definitions that can be posted: profiles, and the codes of value sets. The types themselves stay: what is
   * generated for them asks for value sets and for the definitions of extensions as it runs.
   */
  renew(): void;
}
