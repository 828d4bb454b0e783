import type { ElementDefinition } from '../definitions/definitions.ts';
import { invariantPlans } from './invariants.ts';
import type { BindingPlan, InvariantPlan, LimitPlan } from './plan.ts';
import type { Plans } from './plans.ts';
import { valueFor } from './snapshot-tree.ts';

/** The element's binding where it can refuse or warn: required or extensible, and not the one that `known` has already. */
export function bindingOf(
  definition: ElementDefinition,
  plans: Plans,
  known?: ElementDefinition,
): BindingPlan | undefined {
  const { binding } = definition;
  if (binding?.valueSet === undefined) return undefined;
  const { strength, valueSet } = binding;
  if (strength !== 'required' && strength !== 'extensible') return undefined;
  if (known?.binding?.valueSet === valueSet && known.binding.strength === strength) return undefined;
  return plans.binding(strength, valueSet);
}

/** The invariants of an element's values; `known` holds those that the value's type asks for anyway. */
export const invariantsOf = (definition: ElementDefinition, known?: ElementDefinition): InvariantPlan[] =>
  invariantPlans(definition, definition.base?.path ?? definition.path, known);

/** maxLength, minValue and maxValue, less what `known` has. https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.maxLength */
export function limitsOf(definition: ElementDefinition, known?: ElementDefinition): LimitPlan[] {
  const limits: LimitPlan[] = [];
  const { maxLength } = definition;
  if (maxLength !== undefined && maxLength !== known?.maxLength) {
    limits.push({
      text: `The text is longer than the ${maxLength} characters that are allowed. Shorten it.`,
      holds: value => typeof value !== 'string' || value.length <= maxLength,
    });
  }
  for (const prefix of ['minValue', 'maxValue'] as const) {
    const bound = valueFor(definition, prefix);
    if ((typeof bound !== 'number' && typeof bound !== 'string') || bound === (known && valueFor(known, prefix)))
      continue;
    const low = prefix === 'minValue';
    limits.push({
      text: `The value is ${low ? 'less' : 'greater'} than ${bound}, the ${low ? 'least' : 'greatest'} that is allowed.`,
      holds: value => {
        if (typeof value === 'number' && typeof bound === 'number') return low ? value >= bound : value <= bound;
        if (typeof value !== 'string' || typeof bound !== 'string') return true;
        // Dates of unequal precision are compared as far as both go.
        const length = Math.min(value.length, bound.length);
        const [left, right] = [value.slice(0, length), bound.slice(0, length)];
        return low ? left >= right : left <= right;
      },
    });
  }
  return limits;
}
