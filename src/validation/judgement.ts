import type { JsonObject } from '../fhir/resource.ts';
import type { ElementPlace, ObjectPlan, ProfileReference, Scope } from './plan.ts';
import type { Report } from './report.ts';

/** One resource being explained: where its issues go, and how what lies beyond its own plan is judged. */
export interface Judgement {
  readonly scope: Scope;
  readonly report: Report;
  /** Nothing was found wrong by the base type, so that invariants of profiles may rely on its shape. */
  readonly sound: boolean;
  object(plan: ObjectPlan, value: JsonObject, path: string, place?: ElementPlace): void;
  /** Judges a contained or bundled resource by its own type. */
  resource(value: unknown, path: string): void;
  conforms(value: unknown, profile: ProfileReference, path: string): void;
  /** Whether the value is valid by one of several profiles; silent. */
  conformsQuietly(value: unknown, profile: ProfileReference): boolean;
  /** Judges the `_name` object beside a primitive, `main`. */
  twin(value: unknown, main: unknown, path: string, place: ElementPlace | undefined): void;
}

/** One value of an element. */
export interface Occurrence {
  /** null where there is only a twin. */
  readonly value: unknown;
  readonly twin: unknown;
  /** The object that the element is part of, and where that one stands. */
  readonly owner: JsonObject;
  readonly ownerPlace: ElementPlace | undefined;
  readonly property: string;
  readonly type: string;
  readonly primitive: boolean;
  readonly path: string;
}
