import type { Definitions } from '../definitions/definitions.ts';
import { compilePlans } from './compile-plans.ts';
import { generateCheck } from './generate-check.ts';
import type { Judges } from './generate-item.ts';
import type { ItemPlan, ObjectPlan, SlicingPlan } from './plan.ts';

const judges: Judges = { resource: () => true, conforms: () => true, twin: () => true, twins: () => true };

/**
 * Compiles a profile to its last slice, which validating by it would do bit by bit, when a resource asks for it.
 * @throws {Error} where it cannot be compiled
 */
export function tryProfile(definitions: Definitions, url: string): void {
  const plans = compilePlans(definitions, {
    generate: plan => generateCheck(plan, judges),
    conforms: () => true,
    isConform: () => true,
    unknownExtensions: 'warn',
    baseTargets: 'error',
  });
  const tryObject = (plan: ObjectPlan): void => {
    generateCheck(plan, judges);
    for (const { item, slicing } of plan.elements) {
      tryItem(item);
      trySlicing(slicing);
    }
  };
  const tryItem = ({ object }: ItemPlan): void => {
    if (object !== undefined) tryObject(object.plan);
  };
  const trySlicing = (slicing: SlicingPlan | undefined): void => {
    for (const slice of slicing?.slices ?? []) {
      tryItem(slice.item);
      trySlicing(slice.slicing);
    }
  };
  const { reference } = plans.profile(url);
  if (reference !== undefined) tryObject(reference.plan);
}
