import { nearestName } from '../fhir/nearest-name.ts';
import type { JsonObject } from '../fhir/resource.ts';
import { hasOwnIds, isOwnId, repeatedId } from './element-ids.ts';
import { judgeInvariants } from './judge-invariants.ts';
import { judgeItem } from './judge-item.ts';
import { judgeSlices } from './judge-slices.ts';
import type { Judgement } from './judgement.ts';
import { list } from './messages.ts';
import { occurrencesOf } from './occurrences.ts';
import type { ElementPlace, ElementPlan, JsonName, ObjectPlan } from './plan.ts';
import { wantedValue } from './wanted-value.ts';

const propertiesOfPlans = new WeakMap<ObjectPlan, Set<string>>();

/** The names of all JSON properties that an object of this plan may have. */
function propertiesOf(plan: ObjectPlan): Set<string> {
  let properties = propertiesOfPlans.get(plan);
  if (properties === undefined) {
    properties = new Set(plan.resource ? ['resourceType'] : []);
    for (const { names } of plan.elements) {
      for (const { name, twin } of names) {
        properties.add(name);
        if (twin) properties.add(`_${name}`);
      }
    }
    propertiesOfPlans.set(plan, properties);
  }
  return properties;
}

/** Reports every fault of an object by its plan. Reports an error exactly when the plan's generated check says no. */
export function judgeObject(
  plan: ObjectPlan,
  value: JsonObject,
  path: string,
  judgement: Judgement,
  place?: ElementPlace,
): void {
  const { report, scope } = judgement;
  const before = report.errors;
  if (plan.exhaustive) {
    judgeProperties(plan, value, path, judgement);
    if (hasOwnIds(plan) && !isOwnId(value.id, value, scope)) report.error('id-repeated', `${path}.id`, repeatedId);
  }
  for (const element of plan.elements) {
    if (report.full) return;
    judgeElement(element, value, place, path, plan, judgement);
  }
  for (const rule of plan.rules) rule.explain(value, scope, path, report);
  if (report.errors > before || !judgement.sound) return;
  judgeInvariants(plan.invariants, value, undefined, path, judgement);
}

function judgeProperties(plan: ObjectPlan, value: JsonObject, path: string, { report }: Judgement): void {
  const properties = propertiesOf(plan);
  let content = 0;
  for (const name of Object.keys(value)) {
    if (report.full) return;
    if (name !== 'id') content++;
    if (properties.has(name)) continue;
    const nearest = nearestName(name, properties);
    const hint = nearest === undefined ? 'Remove it, or send it as an extension.' : `Did you mean \`${nearest}\`?`;
    report.error('element-unknown', `${path}.${name}`, `${plan.label} has no element \`${name}\`. ${hint}`);
  }
  if (content === 0 && !plan.resource) {
    report.error(
      'element-empty',
      path,
      'The object is empty. Give it at least one element beside `id`, or leave it out.',
    );
  }
}

const times = (count: number) => (count === 1 ? 'once' : `${count} times`);

function judgeElement(
  element: ElementPlan,
  owner: JsonObject,
  place: ElementPlace | undefined,
  path: string,
  plan: ObjectPlan,
  judgement: Judgement,
): void {
  const { report } = judgement;
  const where = `${path}.${element.name}`;
  const present = element.names.filter(({ name, twin }) => has(owner, name) || (twin && has(owner, `_${name}`)));
  if (element.max === 0) {
    for (const { name } of present)
      report.error('cardinality-max', where, `\`${name}\` is not allowed here by ${plan.label}. Remove it.`);
    return;
  }
  if (element.choice && present.length > 1 && plan.exhaustive) {
    report.error('choice-many', where, `Only one of ${list(present.map(({ name }) => name))} may be given. Keep one.`);
  }
  const before = report.errors;
  const occurrences = present.flatMap(name =>
    isAllowed(element, name, where, judgement)
      ? occurrencesOf(element, name, owner, place, where, plan.exhaustive, judgement)
      : [],
  );
  if (occurrences.length < element.min && report.errors === before) {
    const names =
      element.names.length > 3 ? [`${element.name}[x]`] : element.item.types.map(({ code }) => nameOf(element, code));
    const found = occurrences.length === 0 ? 'is missing' : `occurs only ${times(occurrences.length)}`;
    const wanted = element.min === 1 ? wantedValue(element) : `It must occur at least ${times(element.min)}.`;
    report.error('cardinality-min', where, `${list(names, 'or')} ${found}; ${plan.label} needs it. ${wanted}`);
  }
  if (occurrences.length > element.max && !element.choice) {
    report.error(
      'cardinality-max',
      where,
      `\`${element.name}\` occurs ${times(occurrences.length)}; at most ${element.max} may be given by ${plan.label}. Remove the others.`,
    );
  }
  for (const occurrence of occurrences) {
    if (report.full) return;
    judgeItem(element.item, occurrence, judgement);
  }
  if (element.slicing !== undefined) judgeSlices(element.slicing, occurrences, where, judgement);
}

const has = (owner: JsonObject, name: string) => owner[name] !== undefined && Object.hasOwn(owner, name);

const nameOf = (element: ElementPlan, code: string) =>
  element.names.find(({ type }) => type === code)?.name ?? element.name;

/** Whether the property's type is one that the profile leaves of a choice. */
function isAllowed(element: ElementPlan, name: JsonName, where: string, { report }: Judgement): boolean {
  if (element.item.types.some(({ code }) => code === name.type)) return true;
  const allowed = element.item.types.map(({ code }) => nameOf(element, code));
  report.error('type-wrong', where, `\`${name.name}\` is not allowed here. Use ${list(allowed, 'or')}.`);
  return false;
}
