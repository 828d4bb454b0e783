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
  for (const rule of plan.rules) source.line(`if (!${source.constant(rule)}.holds(o, c)) return false;`);
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
  source.line('for (const k in o) { const v = o[k]; switch (k) {');
  if (plan.resource) source.line('case "resourceType": break;');
  for (const element of plan.elements) {
    const at = required.indexOf(element);
    const group = choices.indexOf(element);
    element.names.forEach((name, index) => {
      const seen = () => {
        if (group >= 0)
          source.line(`if (g${group} !== 0 && g${group} !== ${index + 1}) return false; g${group} = ${index + 1};`);
        if (at >= 0) source.line(`m${Math.floor(at / BITS)} |= ${2 ** (at % BITS)};`);
        if (!plan.resource && element.name !== 'id') source.line('n++;');
        source.line('break; }');
      };
      source.line(`case ${JSON.stringify(name.name)}: {`);
      writeProperty(source, element, name, judges);
      seen();
      if (!name.primitive) return;
      source.line(`case ${JSON.stringify(`_${name.name}`)}: {`);
      writeTwin(source, element, name, judges);
      seen();
    });
  }
  source.line('default: return false; } }');
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

export function countExpression(source: Source, name: JsonName): string {
  const main = `o[${JSON.stringify(name.name)}]`;
  const twin = name.primitive ? `o[${JSON.stringify(`_${name.name}`)}]` : 'undefined';
  return `${source.constant(countOf)}(${main}, ${twin})`;
}

function writeProperty(source: Source, element: ElementPlan, name: JsonName, judges: Judges): void {
  const twin = name.primitive ? `o[${JSON.stringify(`_${name.name}`)}]` : 'undefined';
  if (element.max === 0) source.line('return false;');
  if (!element.repeats) {
    writeItem(source, element.item, name.type, 'v', twin, judges);
    return;
  }
  const tooMany = Number.isFinite(element.max) ? ` || v.length > ${element.max}` : '';
  source.line(`if (!Array.isArray(v) || v.length === 0${tooMany}) return false;`);
  const item = source.variable();
  source.line(`for (let i = 0; i < v.length; i++) { const ${item} = v[i];`);
  if (name.primitive)
    source.line(`if (${item} === null) { if (!${source.constant(isPadded)}(${twin}, i)) return false; continue; }`);
  writeItem(source, element.item, name.type, item, name.primitive ? `${twin}?.[i]` : 'undefined', judges);
  source.line('}');
}

/** `_name`: ids and extensions of a primitive, or of each item of an array of primitives. */
function writeTwin(source: Source, element: ElementPlan, name: JsonName, judges: Judges): void {
  const main = `o[${JSON.stringify(name.name)}]`;
  if (element.max === 0) source.line('return false;');
  if (!element.repeats) {
    source.line(`if (!${source.constant(judges.twin)}(v, c)) return false;`);
    if (element.item.expected !== undefined) source.line(`if (${main} === undefined) return false;`);
    return;
  }
  const tooMany = Number.isFinite(element.max) ? ` || v.length > ${element.max}` : '';
  source.line(`if (!${source.constant(judges.twins)}(v, ${main}, c)${tooMany}) return false;`);
}
