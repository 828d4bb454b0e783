import { isJsonObject, type JsonObject } from '../fhir/resource.ts';
import type { Judgement, Occurrence } from './judgement.ts';
import { foundType } from './messages.ts';
import type { ElementPlace, ElementPlan, JsonName } from './plan.ts';

/**
 * The values that stand under one JSON property, with their twins. With `exhaustive` the shape is judged too (array or not, null, the
 * twins themselves); what has the wrong shape is reported and left out.
 */
export function occurrencesOf(
  element: ElementPlan,
  name: JsonName,
  owner: JsonObject,
  ownerPlace: ElementPlace | undefined,
  path: string,
  exhaustive: boolean,
  judgement: Judgement,
): Occurrence[] {
  const main = Object.hasOwn(owner, name.name) ? owner[name.name] : undefined;
  const twin = name.twin && Object.hasOwn(owner, `_${name.name}`) ? owner[`_${name.name}`] : undefined;
  const common = { owner, ownerPlace, property: name.name, type: name.type, primitive: name.twin };
  const place = element.item.types.find(({ code }) => code === name.type)?.place;
  if (element.repeats) return repeated(main, twin, common, place, path, exhaustive, judgement);
  const { report } = judgement;
  if (exhaustive) {
    if (Array.isArray(main)) {
      report.error('type-wrong', path, `\`${name.name}\` occurs once and is not written as an array. Remove the [ ].`);
      return [];
    }
    if (main === null) {
      report.error('element-empty', path, `\`${name.name}\` is null. Leave it out, or give it a value.`);
      return [];
    }
    if (twin !== undefined) judgement.twin(twin, main, path, place);
  }
  return [{ ...common, value: main ?? null, twin, path }];
}

type Common = Pick<Occurrence, 'owner' | 'ownerPlace' | 'property' | 'type' | 'primitive'>;

function repeated(
  main: unknown,
  twin: unknown,
  common: Common,
  place: ElementPlace | undefined,
  path: string,
  exhaustive: boolean,
  judgement: Judgement,
): Occurrence[] {
  const { report } = judgement;
  if (exhaustive) {
    for (const [value, name] of [
      [main, common.property],
      [twin, `_${common.property}`],
    ] as const) {
      if (value === undefined) continue;
      if (!Array.isArray(value))
        report.error(
          'type-wrong',
          path,
          `\`${name}\` may repeat and is written as an array: [ ... ], but ${foundType(value)} was found.`,
        );
      else if (value.length === 0) report.error('element-empty', path, `\`${name}\` is an empty array. Leave it out.`);
    }
  }
  const values: readonly unknown[] = Array.isArray(main) ? main : [];
  const twins: readonly unknown[] = Array.isArray(twin) ? twin : [];
  const occurrences: Occurrence[] = [];
  for (let index = 0; index < Math.max(values.length, twins.length); index++) {
    if (report.full) break;
    const value = values[index] ?? null;
    const beside = twins[index] ?? undefined;
    const at = `${path}[${index}]`;
    if (exhaustive && value === null && !(common.primitive && isJsonObject(beside))) {
      report.error('element-empty', at, 'The item is null. Remove it, or give it a value.');
      continue;
    }
    if (exhaustive && beside !== undefined) judgement.twin(beside, value, at, place);
    occurrences.push({ ...common, value, twin: beside, path: at });
  }
  if (exhaustive && twins.length > 0 && !twins.some(isJsonObject)) {
    report.error('element-empty', path, `\`_${common.property}\` holds nothing. Leave it out.`);
  }
  return occurrences;
}
