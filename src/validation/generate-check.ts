import { hasOwnIds, isOwnId } from './element-ids.ts';
import { type Judges, writeItem } from './generate-item.ts';
import { writeProfileElement } from './generate-profile.ts';
import type { ElementPlan, FastCheck, JsonName, ObjectPlan } from './plan.ts';
import { createSource, type Source } from './source.ts';
import { countOf, isPadded } from './twins.ts';

/**
 * The fast check of a plan, as a function generated for it: true when the object is valid, without a word when it is not. It agrees with
 * `judgeObject`, which explains the same plan.
 */
export function generateCheck(plan: ObjectPlan, judges: Judges): FastCheck {
  const source = createSource(plan.label);
  if (plan.exhaustive) writeKeys(source, plan, judges);
  else for (const element of plan.elements) writeProfileElement(source, element, judges);
  for (const rule of plan.rules.filter(({ advisory }) => !advisory))
    source.line(`if (!${source.constant(rule)}.holds(o, c)) return false;`);
  for (const invariant of plan.invariants) {
    if (invariant.severity === 'error')
      source.line(`if (!${source.constant(invariant)}.holds(o, c, undefined)) return false;`);
  }
  source.line('return true;');
  return source.compile();
}

const BITS = 30;

/** One pass over the object's own properties: dispatches each to its checks, refuses unknown ones, notes what was there. */
function writeKeys(source: Source, plan: ObjectPlan, judges: Judges): void {
  const required = plan.elements.filter(({ min }) => min > 0);
  const masks = Array.from({ length: Math.ceil(required.length / BITS) }, (_, index) => `m${index}`);
  if (masks.length > 0) source.line(`let ${masks.map(mask => `${mask} = 0`).join(', ')};`);
  if (!plan.resource) source.line('let n = 0;');
  const choices = plan.elements.filter(({ choice }) => choice);
  if (choices.length > 0) source.line(`let ${choices.map((_, index) => `g${index} = 0`).join(', ')};`);
  const cases: Case[] = [];
  const twinCases: Case[] = [];
  for (const element of plan.elements) {
    const at = required.indexOf(element);
    const group = choices.indexOf(element);
    element.names.forEach((name, index) => {
      const seen = () => {
        const mine = index + 1;
        if (group >= 0) source.line(`if (g${group} !== 0 && g${group} !== ${mine}) return false; g${group} = ${mine};`);
        if (at >= 0) source.line(`m${Math.floor(at / BITS)} |= ${2 ** (at % BITS)};`);
        if (!plan.resource && element.name !== 'id') source.line('n++;');
      };
      cases.push({
        name: name.name,
        write: () => {
          writeProperty(source, element, name, judges);
          if (isElementId(plan, element)) source.line(`if (!${source.constant(isOwnId)}(v, o, c)) return false;`);
          seen();
        },
      });
      if (!name.twin) return;
      twinCases.push({
        name: `_${name.name}`,
        write: () => {
          writeTwin(source, element, name, judges);
          seen();
        },
      });
    });
  }
  source.line('for (const k in o) { const v = o[k];');
  writeSwitch(source, [...(plan.resource ? [{ name: 'resourceType', write: () => {} }] : []), ...cases], () => {
    if (twinCases.length === 0) source.line('return false;');
    else {
      source.line('if (k.charCodeAt(0) !== 95) return false;');
      writeSwitch(source, twinCases, () => source.line('return false;'));
    }
  });
  source.line('}');
  if (!plan.resource) source.line('if (n === 0) return false;');
  masks.forEach((mask, index) => {
    const count = Math.min(BITS, required.length - index * BITS);
    source.line(`if (${mask} !== ${2 ** count - 1}) return false;`);
  });
  for (const element of required.filter(({ min }) => min > 1)) {
    const [name] = element.names;
    if (name !== undefined) source.line(`if (${countExpression(source, name)} < ${element.min}) return false;`);
  }
}

const isElementId = (plan: ObjectPlan, { name }: ElementPlan) => name === 'id' && hasOwnIds(plan);

interface Case {
  name: string;
  write(): void;
}

const FEW = 6;

/** A switch over the property name `k`. Many names are told apart by their length first, which is a jump and not a comparison each. */
function writeSwitch(source: Source, cases: readonly Case[], otherwise: () => void): void {
  const lengths = new Map<number, Case[]>();
  for (const one of cases) {
    const group = cases.length > FEW ? one.name.length : 0;
    lengths.set(group, [...(lengths.get(group) ?? []), one]);
  }
  const found = source.variable();
  source.line(`${found}: {`);
  const writeCases = (group: readonly Case[]) => {
    for (const { name, write } of group) {
      source.line(`if (k === ${JSON.stringify(name)}) {`);
      write();
      source.line(`break ${found}; }`);
    }
  };
  if (cases.length <= FEW) writeCases(cases);
  else {
    source.line('switch (k.length) {');
    for (const [length, group] of lengths) {
      source.line(`case ${length}: {`);
      writeCases(group);
      source.line('break; }');
    }
    source.line('}');
  }
  otherwise();
  source.line('}');
}

function countExpression(source: Source, name: JsonName): string {
  const main = `o[${JSON.stringify(name.name)}]`;
  const twin = name.twin ? `o[${JSON.stringify(`_${name.name}`)}]` : 'undefined';
  return `${source.constant(countOf)}(${main}, ${twin})`;
}

function writeProperty(source: Source, element: ElementPlan, name: JsonName, judges: Judges): void {
  const twin = name.twin ? `o[${JSON.stringify(`_${name.name}`)}]` : 'undefined';
  if (element.max === 0) source.line('return false;');
  if (!element.repeats) {
    writeItem(source, element.item, name.type, 'v', twin, judges);
    return;
  }
  const tooMany = Number.isFinite(element.max) ? ` || v.length > ${element.max}` : '';
  source.line(`if (!Array.isArray(v) || v.length === 0${tooMany}) return false;`);
  const item = source.variable();
  source.line(`for (let i = 0; i < v.length; i++) { const ${item} = v[i];`);
  if (name.twin)
    source.line(`if (${item} === null) { if (!${source.constant(isPadded)}(${twin}, i)) return false; continue; }`);
  writeItem(source, element.item, name.type, item, name.twin ? `${twin}?.[i]` : 'undefined', judges);
  source.line('}');
}

/** `_name`: ids and extensions of a primitive, or of each item of an array of primitives. */
function writeTwin(source: Source, element: ElementPlan, name: JsonName, judges: Judges): void {
  const main = `o[${JSON.stringify(name.name)}]`;
  const place = element.item.types.find(({ code }) => code === name.type)?.place;
  const where = place === undefined ? 'undefined' : source.constant(place);
  if (element.max === 0) source.line('return false;');
  if (!element.repeats) {
    source.line(`if (!${source.constant(judges.twin)}(v, ${main}, c, ${where})) return false;`);
    if (element.item.expected !== undefined) source.line(`if (${main} === undefined) return false;`);
    return;
  }
  const tooMany = Number.isFinite(element.max) ? ` || v.length > ${element.max}` : '';
  source.line(`if (!${source.constant(judges.twins)}(v, ${main}, c, ${where})${tooMany}) return false;`);
}
