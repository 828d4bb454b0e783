import { isJsonObject } from '../fhir/resource.ts';
import { isBinding, isCoded } from './bindings.ts';
import { patternCode } from './generate-pattern.ts';
import type { ElementPlace, ExpectedValue, ItemPlan, ProfileReference, Scope, TypePlan } from './plan.ts';
import { primitives } from './primitives.ts';
import type { Source } from './source.ts';

/** What the generated code calls besides the plans: how resources and profiles are judged. */
export interface Judges {
  /** Whether a contained or bundled resource is valid by its own type. */
  resource(value: unknown, scope: Scope): boolean;
  /** Whether a value that is valid by its type conforms to a profile; true when the profile is not loaded. */
  conforms(value: unknown, profile: ProfileReference, scope: Scope): boolean;
  /** Whether the `_name` beside a primitive is right. */
  twin(value: unknown, main: unknown, scope: Scope, place: ElementPlace | undefined): boolean;
  /** Whether the `_name` beside an array of primitives is right. */
  twins(value: unknown, main: unknown, scope: Scope, place: ElementPlace | undefined): boolean;
}

const isObject = 'typeof VALUE === "object" && VALUE !== null && !Array.isArray(VALUE)';

/** An expression that is true when the value is of the primitive type. */
export function primitiveTest(source: Source, code: string, value: string): string {
  const primitive = primitives[code];
  if (primitive === undefined) return 'false';
  const type = `typeof ${value} === "${primitive.json}"`;
  return primitive.json === 'boolean' ? type : `${type} && ${source.constant(primitive.holds)}(${value})`;
}

/**
 * Writes the checks of one value of an element, known to be of the type `type` by its JSON property. `value` is a variable that holds
 * it, `twin` an expression for the `_name` object beside it.
 */
export function writeItem(
  source: Source,
  item: ItemPlan,
  type: string,
  value: string,
  twin: string,
  judges: Judges,
): void {
  const plan = item.types.find(({ code }) => code === type);
  const refuseUnless = (test: string) => source.line(`if (!(${test})) return false;`);
  if (plan === undefined) {
    source.line('return false;');
    return;
  }
  writeType(source, plan, value, judges, refuseUnless);
  if (item.expected !== undefined) refuseUnless(expectedTest(source, item.expected, value));
  for (const binding of item.bindings) {
    if (isCoded(type) && isBinding(binding)) refuseUnless(`${source.constant(binding)}.judge(${value}) !== "no"`);
  }
  for (const limit of item.limits) refuseUnless(`${source.constant(limit)}.holds(${value})`);
  if (item.object !== undefined) refuseUnless(`${source.constant(item.object)}.check(${value}, c)`);
  for (const invariant of item.invariants) {
    if (invariant.severity === 'error') refuseUnless(`${source.constant(invariant)}.holds(${value}, c, ${twin})`);
  }
}

function writeType(
  source: Source,
  plan: TypePlan,
  value: string,
  judges: Judges,
  refuseUnless: (test: string) => void,
): void {
  if (plan.primitive !== undefined) refuseUnless(primitiveTest(source, plan.primitive, value));
  if (plan.resource) refuseUnless(`${source.constant(judges.resource)}(${value}, c)`);
  else if (plan.object !== undefined) {
    const place = plan.place === undefined ? '' : `, ${source.constant(plan.place)}`;
    refuseUnless(
      `${isObject.replaceAll('VALUE', value)} && ${source.constant(plan.object)}.check(${value}, c${place})`,
    );
  }
  if (plan.extensions !== undefined) refuseUnless(`${source.constant(plan.extensions)}.holds(${value}, o, c, p)`);
  if (plan.targets?.severity === 'error')
    refuseUnless(`${source.constant(plan.targets)}.faultOf(${value}, c) === undefined`);
  if (plan.profiles.length > 0) {
    const conforms = source.constant(judges.conforms);
    refuseUnless(plan.profiles.map(profile => `${conforms}(${value}, ${source.constant(profile)}, c)`).join(' || '));
  }
}

function expectedTest(source: Source, expected: ExpectedValue, value: string): string {
  const literal = expected.expected;
  if (expected.kind === 'pattern') return patternCode(value, literal);
  if (Array.isArray(literal) || isJsonObject(literal)) return `${source.constant(expected)}.matches(${value})`;
  return `${value} === ${JSON.stringify(literal)}`;
}
