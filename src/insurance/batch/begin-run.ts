import type { InsurancePlan } from 'fhir/r4.js';
import type { Issue } from '../../fhir/issue.ts';
import type { Resource } from '../../fhir/resource.ts';
import { refusal } from '../insurance-refusals.ts';
import { targetOf } from '../insured-reference.ts';
import { say } from '../texts/say.ts';
import type { RunOf } from './batch-resources.ts';
import { distributionOf, type RunCare } from './plan-distribution.ts';

/** The run of a product that is due at the end of a month, for the insurer that owns the product or else `insurer`; or why there is none. */
export const beginRun = (
  plan: Resource,
  { month, care, insurer }: { month: string; care: RunCare; insurer: string },
): { run: RunOf } | { issues: readonly Issue[] } => {
  const distribution = distributionOf(plan as unknown as InsurancePlan, month, care);
  const owner = targetOf((plan as unknown as InsurancePlan).ownedBy);
  if (distribution !== undefined) {
    return { run: { plan: `InsurancePlan/${plan.id}`, distribution, insurer: owner ?? insurer } };
  }
  return {
    issues: [refusal('batch-run-not-due', 'InsurancePlan.extension', say('batch-run-not-due', { care, month }))],
  };
};

/** The refusal of a run for what another one (`Task/id`) has valued already. */
export const alreadyRun = (task: string): Issue =>
  refusal('batch-already-run', 'Task.input', say('batch-already-run', { task }));

/** The refusal of a run (`Task/id`) over claims in several currencies, or one that states none. */
export const mixedCurrencies = (task: string, answer: string): Issue =>
  refusal('batch-currency-mixed', 'Task.statusReason', say('batch-currency-mixed', { task, answer }));
