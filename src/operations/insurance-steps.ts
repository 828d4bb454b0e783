import { refuse } from '../fhir/fhir-error.ts';
import { parseReference } from '../fhir/reference.ts';
import type { Deps } from '../interactions/context.ts';
import { takeStep } from '../interactions/take-step.ts';
import type { ResourceKey } from '../store/store.ts';
import type { Operation } from './operation.ts';
import { type Declared, readOperationInput } from './operation-input.ts';

const PEOPLE: readonly string[] = ['Practitioner', 'PractitionerRole', 'Organization'];

const readWho = (deps: Deps, practitioner: unknown): ResourceKey | undefined => {
  if (typeof practitioner !== 'string') return undefined;
  const target = parseReference(practitioner, deps.settings.baseUrl);
  if (target.kind === 'local' && PEOPLE.includes(target.resourceType)) {
    return { resourceType: target.resourceType, id: target.id };
  }
  throw refuse('operation-parameter-invalid', 'The parameter practitioner must name one, like Practitioner/123.');
};

const step = (code: string, parameters: Declared): Operation => ({
  code,
  levels: new Set(['instance']),
  affectsState: true,
  run: (deps, request) => {
    const declared: Declared = { ...parameters, practitioner: 'text' };
    const { practitioner, ...input } = readOperationInput(request, declared, deps.settings.maxDepth);
    const who = readWho(deps, practitioner);
    return takeStep(deps, {
      resourceType: request.resourceType!,
      id: request.id!,
      step: code,
      input,
      ...(who === undefined ? {} : { who }),
    });
  },
});

/** Steps of the insurance work with a resource that was answered; what they do is the rule's of its type. */
export const insuranceSteps: readonly Operation[] = [
  step('review', { line: 'parts*', reason: 'text' }),
  step('process', {}),
  step('reverse', { reason: 'text' }),
  step('cancel', { reason: 'text' }),
];
