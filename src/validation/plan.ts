import type { ExpressionContext } from '../fhir/fhirpath/expression.ts';
import type { JsonObject, Resource } from '../fhir/resource.ts';
import type { WrittenNumbers } from '../fhir/written-numbers.ts';
import type { IssueRule } from './issue-rules.ts';
import type { Report } from './report.ts';

/** Where a value stands: the resource it is part of, the resource that contains that one, and the Bundle around both. */
export interface Scope extends ExpressionContext {
  readonly resource: Resource;
  readonly rootResource: Resource;
  readonly bundle: Resource | undefined;
  /** Whole numbers that the text of the resource writes as no integer may be written; undefined where there are none. */
  readonly written: WrittenNumbers | undefined;
  /** The elements of the resource that were found to have an id, by it. */
  ids: Map<string, object> | undefined;
}

/** Where a value of a data type stands, so far as the definition that names its type tells. */
export interface ElementPlace {
  /** `Patient.name`, `HumanName.family`, `Extension.value[x]`. */
  readonly path: string;
  readonly type: string;
  readonly isPrimitive: boolean;
  /** The types that the first part of the path is a kind of: `DomainResource`, `Resource`. */
  readonly roots: readonly string[];
  /** Whether the path begins with a resource type, so that it is whole. */
  readonly isOfResource: boolean;
}

/** True when the value is valid. Stops at the first fault and says nothing about it. */
export type FastCheck = (value: never, scope: Scope, place?: ElementPlace) => boolean;

/**
 * A rule that is code of ours and not read from an ElementDefinition. `holds` and `explain` agree: `explain` reports an error exactly
 * when `holds` is false. Either may be called with a value whose elements have the wrong shape.
 */
export interface NativeRule {
  /** Only gives warnings, so that `holds` is always true. */
  readonly advisory?: true;
  holds(value: unknown, scope: Scope): boolean;
  explain(value: unknown, scope: Scope, path: string, report: Report): void;
}

/** An invariant of an ElementDefinition. Only the ones of severity `error` refuse a resource; best practice is advice. */
export interface InvariantPlan {
  readonly key: string;
  readonly severity: 'error' | 'warning' | 'advice';
  readonly text: string;
  /** False where its FHIRPath cannot be read; then it holds for everything. */
  isReadable(): boolean;
  holds(value: unknown, scope: Scope, twin: unknown): boolean;
}

/**
 * The value set that an element's codes are bound to. `maximum` is the widest from which codes may be taken where a binding is
 * extensible or preferred; it refuses as a required one does.
 */
export interface BindingPlan {
  readonly valueSet: string;
  readonly strength: 'required' | 'maximum' | 'extensible' | 'preferred';
  /** Whether the value's codes are allowed; `unknown` when a code system of the value set is not loaded. */
  judge(value: unknown): 'yes' | 'no' | 'unknown';
  /** Whether the value set has the code, whatever its system. */
  hasCode(code: string): boolean;
  /** A few of its codes; empty where they cannot be listed. */
  sample(): readonly string[];
  /** The code system that the value set has the code from. */
  systemOf(code: string): string | undefined;
  /** The code of the value set that was most likely meant by one that is not in it. */
  nearest(code: string): string | undefined;
  /** Forgets what is known of the value set: it, or a code system of it, may have changed. */
  renew(): void;
}

/** A value that an element must have: exactly (`fixed[x]`), or at least (`pattern[x]`). */
export interface ExpectedValue {
  readonly kind: 'fixed' | 'pattern';
  readonly expected: unknown;
  matches(value: unknown): boolean;
}

/** maxLength, minValue, maxValue, and what is asked of the text of some elements beyond their type. */
export interface LimitPlan {
  readonly rule: IssueRule;
  readonly text: string;
  holds(value: unknown): boolean;
}

/** The plan of an object, made at first use, with the check generated from it at first use. */
export interface PlanReference {
  readonly label: string;
  readonly plan: ObjectPlan;
  check: FastCheck;
}

/** A profile on a data type or a resource: the type it constrains and what it asks beyond that type. */
export interface ProfileReference {
  readonly url: string;
  /** Undefined when the profile is not loaded. */
  readonly type: string | undefined;
  readonly reference: PlanReference | undefined;
}

/** Why a Reference may not point where it does. */
export type TargetFault = 'type' | 'profile' | 'aggregation';

/** What a Reference may point to. */
export interface TargetPlan {
  /** Resource types; undefined when any will do. */
  types(): ReadonlySet<string> | undefined;
  /** Profiles of which a target that is there to be looked at has to meet one of its type. */
  profiles(): readonly ProfileReference[];
  /** Where the target may be; empty when anywhere. https://hl7.org/fhir/R4/valueset-resource-aggregation-mode.html */
  readonly aggregation: readonly string[];
  readonly severity: 'error' | 'warning';
  /** What cannot be told is no fault. */
  faultOf(value: unknown, scope: Scope): TargetFault | undefined;
}

/** What the definition of an extension says of where it may stand. */
export interface ExtensionDefinition {
  readonly profile: ProfileReference;
  readonly isModifier: boolean;
  readonly contexts: readonly { readonly type: string; readonly expression: string }[];
  readonly invariants: readonly string[];
  /** The urls of the extensions inside it, where it is made of such. */
  readonly parts: ReadonlySet<string>;
  /** Sites that were found to let it stand in every resource, so that only its content is to be judged there. */
  readonly freeSites: Set<ExtensionSite>;
}

/** The element of a definition in which extensions stand. */
export interface ExtensionSite {
  /** The type of the element's values, and what that is a kind of. */
  readonly types: readonly string[];
  readonly isResource: boolean;
  readonly isExtension: boolean;
  /** Whether they stand under `modifierExtension`. */
  readonly isModifier: boolean;
  /** Where a backbone element stands; undefined where only the value's own place tells. */
  readonly place: ElementPlace | undefined;
}

/** How the extensions of one site are judged by the definitions that their urls name. `owner` is what they stand in. */
export interface ExtensionPlan {
  holds(value: unknown, owner: unknown, scope: Scope, place: ElementPlace | undefined): boolean;
  /** Gives the profile by which the extension is still to be judged. */
  explain(
    value: JsonObject,
    owner: JsonObject,
    scope: Scope,
    place: ElementPlace | undefined,
    path: string,
    report: Report,
  ): ProfileReference | undefined;
}

/** One type that an element may have, with what is asked of a value of this type. */
export interface TypePlan {
  readonly code: string;
  /** The data type's format, checked where the base definition is judged. */
  readonly primitive: string | undefined;
  /** The data type's or the backbone's own elements. */
  readonly object: PlanReference | undefined;
  /** Any resource: judged by its own type. */
  readonly resource: boolean;
  /** What a Reference may point to; undefined means anything. */
  readonly targets: TargetPlan | undefined;
  /** Where its values stand; undefined where what is asked of them does not depend on it. */
  readonly place: ElementPlace | undefined;
  /** Undefined for what is no extension. */
  readonly extensions: ExtensionPlan | undefined;
  /** The value must conform to one of these; empty means no demand. */
  readonly profiles: readonly ProfileReference[];
}

/** What is asked of each value of an element or slice. */
export interface ItemPlan {
  readonly types: readonly TypePlan[];
  readonly expected: ExpectedValue | undefined;
  readonly bindings: readonly BindingPlan[];
  readonly limits: readonly LimitPlan[];
  readonly invariants: readonly InvariantPlan[];
  /** What a profile asks of the value's elements beyond its type. */
  readonly object: PlanReference | undefined;
}

/** One slice of a repeating element, with what is asked of its items. */
export interface SlicePlan {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Whether an item, of the given data type, belongs to the slice. */
  matches(value: unknown, type: string, scope: Scope): boolean;
  /** What each of its items has, in words; undefined where it is not told by values. */
  wanted(): string | undefined;
  readonly item: ItemPlan;
  readonly slicing: SlicingPlan | undefined;
}

/** How the items of a repeating element are told apart, and whether there may be others. */
export interface SlicingPlan {
  readonly rules: 'open' | 'closed' | 'openAtEnd';
  readonly ordered: boolean;
  readonly slices: readonly SlicePlan[];
  /** The discriminators in words. */
  readonly by: string;
}

/** A JSON property that holds an element: `item`, or one per type of a choice (`valueQuantity`). */
export interface JsonName {
  readonly name: string;
  readonly type: string;
  /** Whether `_name` may stand beside it. */
  readonly twin: boolean;
}

/** One element of an object: its JSON names, how often it occurs, and what is asked of each value. */
export interface ElementPlan {
  /** The FHIRPath name: `value` for `value[x]`. */
  readonly name: string;
  readonly choice: boolean;
  readonly repeats: boolean;
  readonly min: number;
  readonly max: number;
  readonly names: readonly JsonName[];
  readonly item: ItemPlan;
  readonly slicing: SlicingPlan | undefined;
}

/**
 * What is asked of the elements of one object. A definition's own plan is exhaustive: it judges everything that the type says. A
 * profile's plan holds only what the profile asks beyond the type that it constrains, since a value is always judged by its type too.
 */
export interface ObjectPlan {
  /** For messages: `Claim.item`, `HumanName`, `kiungo-claim: Claim.identifier`. */
  readonly label: string;
  readonly type: string;
  readonly exhaustive: boolean;
  readonly resource: boolean;
  readonly elements: readonly ElementPlan[];
  readonly invariants: readonly InvariantPlan[];
  readonly rules: readonly NativeRule[];
}
