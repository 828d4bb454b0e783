import { isJsonObject, type JsonObject } from '../fhir/resource.ts';
import { isCoded } from './bindings.ts';
import type { IssueRule } from './issue-rules.ts';
import { judgeBinding } from './judge-binding.ts';
import { judgeInvariants } from './judge-invariants.ts';
import type { Judgement, Occurrence } from './judgement.ts';
import { foundType, list } from './messages.ts';
import { describeExpected } from './patterns.ts';
import type { ElementPlace, ExpectedValue, ExtensionPlan, ItemPlan, ObjectPlan, TargetPlan, TypePlan } from './plan.ts';
import { primitives } from './primitives.ts';

/** Reports every fault of one value of an element or slice. */
export function judgeItem(item: ItemPlan, occurrence: Occurrence, judgement: Judgement): void {
  const { report } = judgement;
  const { value, twin, path } = occurrence;
  const type = item.types.find(({ code }) => code === occurrence.type);
  if (type === undefined) {
    const allowed = item.types.map(({ code }) => code);
    report.error(
      'type-wrong',
      path,
      `A value of type ${occurrence.type} is not allowed here. Use ${list(allowed, 'or')}.`,
    );
    return;
  }
  if (value === null) {
    if (item.expected !== undefined) reportExpected(item.expected, path, judgement);
    return;
  }
  const before = report.errors;
  if (!judgeType(type, occurrence, judgement)) return;
  if (item.expected?.matches(value) === false) reportExpected(item.expected, path, judgement);
  if (isCoded(type.code)) for (const binding of item.bindings) judgeBinding(binding, value, path, report);
  for (const limit of item.limits) if (!limit.holds(value)) report.error(limit.rule, path, limit.text);
  if (item.object !== undefined) judgeComplex(item.object.plan, occurrence, judgement);
  if (report.errors > before || !judgement.sound) return;
  judgeInvariants(item.invariants, value, twin, path, judgement);
}

/** False when the value is not of the type at all, so that nothing more can be said of it. */
function judgeType(type: TypePlan, occurrence: Occurrence, judgement: Judgement): boolean {
  const { value, path } = occurrence;
  const { report } = judgement;
  if (type.primitive !== undefined && !judgePrimitive(type.primitive, occurrence, judgement)) return false;
  if (type.resource) judgement.resource(value, path);
  else if (type.object !== undefined) {
    judgeComplex(type.object.plan, occurrence, judgement, type.place);
    if (!isJsonObject(value)) return false;
    if (type.extensions !== undefined) judgeExtension(type.extensions, value, occurrence, judgement);
  }
  if (type.targets !== undefined) judgeTarget(type.targets, value, path, judgement);
  const [only] = type.profiles;
  if (type.profiles.length === 1) judgement.conforms(value, only!, path);
  else if (type.profiles.length > 1 && !type.profiles.some(profile => judgement.conformsQuietly(value, profile))) {
    report.error(
      'profile-mismatch',
      path,
      `The value conforms to none of the profiles that are allowed here: ${list(type.profiles.map(({ url }) => url))}.`,
    );
  }
  return true;
}

function judgeExtension(plan: ExtensionPlan, value: JsonObject, occurrence: Occurrence, judgement: Judgement): void {
  const { owner, ownerPlace, path } = occurrence;
  const profile = plan.explain(value, owner, judgement.scope, ownerPlace, path, judgement.report);
  if (profile?.reference !== undefined) judgement.object(profile.reference.plan, value, path);
}

function judgeTarget(targets: TargetPlan, value: unknown, path: string, { report, scope }: Judgement): void {
  const fault = targets.faultOf(value, scope);
  if (fault === undefined) return;
  const types = list([...(targets.types() ?? [])], 'or');
  const profiles = list(
    targets.profiles().map(({ url }) => url),
    'or',
  );
  const [rule, text] = {
    type: ['reference-target', `The reference points to a type that is not allowed here. Point it to ${types}.`],
    profile: [
      'profile-mismatch',
      `What the reference points to does not conform to ${profiles}. Correct that resource.`,
    ],
    aggregation: [
      'reference-aggregation',
      `What the reference points to must be ${list(targets.aggregation, 'or')} here: contained in the same resource, in the same Bundle, or apart.`,
    ],
  }[fault] as [IssueRule, string];
  report[targets.severity](rule, path, text);
}

const integers = new Set(['integer', 'unsignedInt', 'positiveInt']);

function judgePrimitive(code: string, occurrence: Occurrence, { report, scope }: Judgement): boolean {
  const { value, path, owner, property } = occurrence;
  const primitive = primitives[code];
  if (primitive === undefined || typeof value !== primitive.json) {
    report.error(
      'type-wrong',
      path,
      `This must be of type ${code}: ${primitive?.form ?? 'unknown here'}; ${foundType(value)} was found.`,
    );
    return false;
  }
  if (integers.has(code) && scope.written?.get(owner)?.has(property)) {
    const text = `A value of type ${code} is written without a point and an exponent; write ${primitive.form}.`;
    report.error('format-wrong', path, text);
    return false;
  }
  if (primitive.holds(value as never)) {
    const suspicion = primitive.suspicion?.(value as never);
    if (suspicion !== undefined) report.advice('value-suspicious', path, suspicion);
    return true;
  }
  const empty =
    value === '' ? 'The text is empty; leave the element out, or write' : `This is not a valid ${code}; write`;
  report.error('format-wrong', path, `${empty} ${primitive.form}.`);
  return false;
}

function reportExpected({ kind, expected }: ExpectedValue, path: string, { report }: Judgement): void {
  const rule = kind === 'fixed' ? 'value-fixed' : 'value-pattern';
  const whole = typeof expected === 'object';
  const must = !whole ? 'must be' : kind === 'fixed' ? 'must be exactly' : 'must have';
  report.error(rule, path, `The value ${must} ${describeExpected(expected)}.`);
}

function judgeComplex(plan: ObjectPlan, { value, path }: Occurrence, judgement: Judgement, place?: ElementPlace): void {
  if (isJsonObject(value)) judgement.object(plan, value, path, place);
  else if (plan.exhaustive) {
    judgement.report.error(
      'type-wrong',
      path,
      `This must be an object ({...}) of type ${plan.type}, but ${foundType(value)} was found.`,
    );
  }
}
