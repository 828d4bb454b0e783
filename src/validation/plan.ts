import type { ExpressionContext } from '../fhir/fhirpath/expression.ts';
import type { Resource } from '../fhir/resource.ts';
import type { Report } from './report.ts';

/** Where a value stands: the resource it is part of, the resource that contains that one, and the Bundle around both. */
export interface Scope extends ExpressionContext {
  readonly resource: Resource;
  readonly rootResource: Resource;
  readonly bundle: Resource | undefined;
}

/** True when the value is valid. Stops at the first fault and says nothing about it. */
export type FastCheck = (value: never, scope: Scope) => boolean;

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

/** An invariant of an ElementDefinition. Only the ones of severity `error` refuse a resource. */
export interface InvariantPlan {
  readonly key: string;
  readonly severity: 'error' | 'warning';
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

/** maxLength, minValue, maxValue. */
export interface LimitPlan {
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

/** The resource types that a Reference may point to. */
export interface TargetPlan {
  /** Undefined when any type will do. */
  types(): ReadonlySet<string> | undefined;
  readonly severity: 'error' | 'warning';
  /** Whether the Reference may stand; one whose type cannot be told may. */
  allow(value: unknown, scope: Scope): boolean;
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
