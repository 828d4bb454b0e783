import { loadDefinitions } from '../definitions/load-definitions.ts';
import { FhirError } from '../fhir/fhir-error.ts';
import type { Judgements } from '../interactions/validation-processes.ts';
import { createValidator } from '../validation/create-validator.ts';
import { createJudgements } from './judgements.ts';
import type { FromProcess, ProcessData, ToProcess } from './process-messages.ts';

/** A process that judges large bodies, one after the other, by definitions that it loads itself. It ends with the server. */
const start = ({ folders, packages, posted, validation, requiredProfiles, maxDepth }: ProcessData) => {
  const definitions = loadDefinitions({ folders, packages });
  definitions.post(posted);
  return createJudgements({
    definitions,
    validator: createValidator(definitions, validation),
    requiredProfile: resourceType => requiredProfiles.get(resourceType),
    maxDepth,
  });
};

const answerTo = (judgementsOf: () => Judgements, { name, argument }: ToProcess): FromProcess => {
  try {
    const judge = judgementsOf()[name] as (argument: unknown) => ReturnType<Judgements[typeof name]>;
    const answer = judge(argument);
    // What was read stays here: to send it would take as long as to read it.
    return {
      kind: 'answer',
      answer: typeof answer === 'object' && 'parsed' in answer ? { ...answer, parsed: undefined } : answer,
    };
  } catch (error) {
    if (error instanceof FhirError) return { kind: 'refusal', status: error.status, issues: error.issues };
    return { kind: 'failure', stack: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
};

process.once('message', (data: ProcessData) => {
  let judgements: Judgements | undefined;
  // Not before the first question, whose answer can say what went wrong.
  const judgementsOf = (): Judgements => {
    judgements ??= start(data);
    return judgements;
  };
  process.on('message', (message: ToProcess) => process.send!(answerTo(judgementsOf, message)));
});
process.on('disconnect', () => process.exit());
// Ctrl-C reaches all processes of a terminal; the server decides when this one ends.
process.on('SIGINT', () => {});
