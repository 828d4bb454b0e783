import { isBinding } from './bindings.ts';
import { judgeBinding } from './judge-binding.ts';
import type { BindingPlan, NativeRule } from './plan.ts';

/**
 * The rule of a data type that is bound itself: the units of an Age, a Distance, a Duration. It only warns, even of units beyond the
 * widest choice, since R4's own examples have such.
 */
export const bindingRule = (bindings: readonly BindingPlan[]): NativeRule => ({
  advisory: true,
  holds: () => true,
  explain(value, _scope, path, report) {
    for (const binding of bindings) if (!isBinding(binding)) judgeBinding(binding, value, path, report);
  },
});
