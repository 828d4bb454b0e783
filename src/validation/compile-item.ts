import type { ElementDefinition } from '../definitions/definitions.ts';
import { isJsonObject } from '../fhir/resource.ts';
import { invariantPlans } from './invariants.ts';
import { describeExpected, isSame } from './patterns.ts';
import type { BindingPlan, InvariantPlan, LimitPlan } from './plan.ts';
import type { Plans } from './plans.ts';
import { valueFor } from './snapshot-tree.ts';

const MAX_VALUE_SET = 'http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet';

/**
 * The element's bindings that can refuse or warn, less what `known` has already: the one to its value set, and the one to the widest
 * value set that is allowed. https://hl7.org/fhir/R4/extension-elementdefinition-maxvalueset.html
 */
export function bindingsOf(definition: ElementDefinition, plans: Plans, known?: ElementDefinition): BindingPlan[] {
  const { binding } = definition;
  if (binding?.valueSet === undefined || binding.strength === 'example') return [];
  const { strength, valueSet } = binding;
  const bindings: BindingPlan[] = [];
  if (known?.binding?.valueSet !== valueSet || known.binding.strength !== strength)
    bindings.push(plans.binding(strength, valueSet));
  const widest = widestOf(definition);
  if (widest !== undefined && widest !== (known && widestOf(known)) && strength !== 'required')
    bindings.push(plans.binding('maximum', widest, strength === 'extensible'));
  return bindings;
}

const widestOf = ({ binding }: ElementDefinition): string | undefined =>
  binding?.extension?.find(({ url }) => url === MAX_VALUE_SET)?.valueCanonical;

/** The invariants of an element's values; `known` holds those that the value's type asks for anyway. */
export const invariantsOf = (definition: ElementDefinition, known?: ElementDefinition): InvariantPlan[] =>
  invariantPlans(definition, definition.base?.path ?? definition.path, known);

const zoned = /T.*(?:Z|[+-]\d\d:\d\d)$/;

/** Less than, equal to or greater than 0 as the value is to the bound; undefined where they cannot be compared. */
function compare(value: unknown, bound: unknown): number | undefined {
  if (typeof value === 'number' && typeof bound === 'number') return value - bound;
  if (typeof value === 'string' && typeof bound === 'string') {
    if (zoned.test(value) && zoned.test(bound)) return Date.parse(value) - Date.parse(bound);
    // Dates of unequal precision are compared as far as both go.
    const length = Math.min(value.length, bound.length);
    const [left, right] = [value.slice(0, length), bound.slice(0, length)];
    return left < right ? -1 : Number(left > right);
  }
  if (!isJsonObject(value) || !isJsonObject(bound)) return undefined;
  const ofOneUnit = (['system', 'code', 'unit'] as const).every(
    name => value[name] === bound[name] || (name === 'unit' && bound.code !== undefined),
  );
  return ofOneUnit ? compare(value.value, bound.value) : undefined;
}

const systems = new Set(['Coding.system', 'Identifier.system']);

/** https://hl7.org/fhir/R4/datatypes-definitions.html#Coding.system */
const wholeSystem: LimitPlan = {
  rule: 'format-wrong',
  text: 'A system is a whole URL or urn, such as http://example.org/codes. Write it whole.',
  // Nearly all begin with http: or https:.
  holds: value =>
    typeof value !== 'string' ||
    value.charCodeAt(4) === COLON ||
    value.charCodeAt(5) === COLON ||
    value.includes(':') ||
    value.startsWith('#'),
};

const COLON = 58;

/** maxLength, minValue and maxValue, less what `known` has. https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.maxLength */
export function limitsOf(definition: ElementDefinition, known?: ElementDefinition): LimitPlan[] {
  const limits: LimitPlan[] = known === undefined && systems.has(definition.path) ? [wholeSystem] : [];
  const { maxLength } = definition;
  if (maxLength !== undefined && maxLength !== known?.maxLength) {
    limits.push({
      rule: 'value-limit',
      text: `The text is longer than the ${maxLength} characters that are allowed. Shorten it.`,
      holds: value => typeof value !== 'string' || value.length <= maxLength,
    });
  }
  for (const prefix of ['minValue', 'maxValue'] as const) {
    const bound = valueFor(definition, prefix);
    if (bound === undefined || isSame(bound, known && valueFor(known, prefix))) continue;
    const low = prefix === 'minValue';
    limits.push({
      rule: 'value-limit',
      text: `The value is ${low ? 'less' : 'greater'} than ${describeExpected(bound)}, the ${low ? 'least' : 'greatest'} that is allowed.`,
      holds: value => {
        const order = compare(value, bound);
        return order === undefined || (low ? order >= 0 : order <= 0);
      },
    });
  }
  return limits;
}
