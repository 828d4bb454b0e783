import { FhirError, refuse } from '../fhir/fhir-error.ts';
import { parseStored } from '../fhir/parse-resource.ts';
import type { Resource } from '../fhir/resource.ts';
import { printResource } from '../fhir/stamp-resource.ts';
import type { Change, ResourceKey } from '../store/store.ts';
import { commitUnit } from './commit-unit.ts';
import { type Deps, type InteractionResult, serverOf, type VersionHead } from './context.ts';
import { effectChange } from './effect-change.ts';
import { entriesOfAnswer } from './entries-of-answer.ts';
import { insuranceContext } from './insurance-context.ts';
import { read } from './read.ts';
import { stepProvenance } from './step-provenance.ts';
import { untilUndisturbed } from './until-undisturbed.ts';

/** A step with a stored resource: its operation's code, and what the one who takes it says. */
export interface StepRequest extends ResourceKey {
  step: string;
  input: Readonly<Record<string, unknown>>;
  /** Who takes it, where that is known: a resource of this server. */
  who?: ResourceKey;
}

const provenanceOf = ({ access }: Deps, { step, input, who }: StepRequest, head: VersionHead): Resource[] => {
  const told = stepProvenance({
    step,
    target: `${head.resourceType}/${head.id}/_history/${head.versionId}`,
    who: who && `${who.resourceType}/${who.id}`,
    caller: access?.caller,
    recorded: head.lastUpdated,
    ...(typeof input.reason === 'string' ? { reason: input.reason } : {}),
  });
  return told === undefined ? [] : [told];
};

/**
 * Takes a step of the insurance work with a resource that has been answered (a medical officer's review of a claim): a new version of
 * its answer, which is given back, with what follows from it, and a Provenance where it is known who took it, in one unit. Taken again
 * when something changed meanwhile.
 * @throws {FhirError} 404 or 410 for the resource, 422 where the step cannot be taken or there is no such person
 */
export const takeStep = async (deps: Deps, request: StepRequest): Promise<InteractionResult> => {
  const { resourceType, id, step, input, who } = request;
  const rule = deps.insuranceRules.get(resourceType);
  const take = rule?.steps?.[step];
  if (rule?.answer === undefined || take === undefined) {
    throw refuse('operation-unknown', `$${step} is not offered for ${resourceType}.`);
  }
  const answerType = rule.answer.resourceType;
  return untilUndisturbed(async () => {
    const [stored, answered] = await Promise.all([
      read(deps, resourceType, id),
      serverOf(deps).store.read({ resourceType: answerType, id }),
    ]);
    if (answered === undefined || answered.method === 'DELETE') {
      throw refuse('resource-unknown', `There is no ${answerType} with id ${id}, which $${step} goes on from.`);
    }
    const { exact, resource } = parseStored(stored.body!);
    const { context, nothingNew } = await insuranceContext(deps, rule, resource, id);
    const previousAnswer = JSON.parse(answered.body) as Resource;
    const taken = take(exact, { ...context, previousAnswer }, input);
    if ('issues' in taken) throw new FhirError(422, taken.issues);
    const index = entriesOfAnswer(deps, JSON.parse(JSON.stringify(taken.answer)) as Resource, []);
    const head: VersionHead = {
      resourceType: answerType,
      id,
      versionId: answered.versionId + 1,
      lastUpdated: deps.now(),
    };
    const text = printResource(taken.answer, head);
    const effects = [...(taken.effects ?? []), ...provenanceOf(deps, request, head)];
    const changes: Change[] = [
      { ...head, method: 'PUT', text, index },
      ...effects.map(effect => ({ ...effectChange(deps, effect, head), follows: true as const })),
    ];
    const { outcome } = await commitUnit(deps, { changes, nothingNew, mustExist: who === undefined ? [] : [who] });
    if (outcome === 'references-missing') {
      throw refuse(
        'reference-not-found',
        `There is no ${who?.resourceType} with id ${who?.id} who could take the step.`,
      );
    }
    return outcome === 'committed' ? { status: 200, version: head, body: text } : undefined;
  });
};
