import { takeStep } from '../interactions/take-step.ts';
import type { Operation } from './operation.ts';
import { type Declared, readOperationInput } from './operation-input.ts';

const step = (code: string, parameters: Declared): Operation => ({
  code,
  levels: new Set(['instance']),
  affectsState: true,
  run: (deps, request) =>
    takeStep(deps, {
      resourceType: request.resourceType!,
      id: request.id!,
      step: code,
      input: readOperationInput(request, parameters, deps.settings.maxDepth),
    }),
});

/** Steps of the insurance work with a resource that was answered; what they do is the rule's of its type. */
export const insuranceSteps: readonly Operation[] = [step('review', { line: 'parts*' }), step('process', {})];
