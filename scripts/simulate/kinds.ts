import { runBatchCase } from './batch-case.ts';
import type { ClaimCase } from './case.ts';
import { runClaimCase, runEligibilityCase, type Scheme } from './claim-case.ts';
import { runClaimSteps } from './claim-steps.ts';
import { runEnrolmentCase } from './enrolment-case.ts';
import { runGrievanceCase } from './grievance-case.ts';
import { runPaymentCase } from './payment-case.ts';

/** What all cases have, whatever they try. */
export interface SimulatedCase {
  id: string;
  kind: string;
  expected?: unknown;
  /** Each may have what is expected after it. */
  steps?: readonly { expect?: unknown }[];
}

/** What a case expects: as a whole, or after its steps. */
export const expectedOf = ({ expected, steps }: SimulatedCase): unknown =>
  expected ??
  (steps?.some(({ expect }) => expect !== undefined) ? { steps: steps.map(({ expect = {} }) => expect) } : undefined);

/** Tries a case on a server and says what happened, in the words of its kind. `number` tells it from other cases of the run. */
type RunCase = (scheme: Scheme, simulated: never, number: number) => Promise<unknown>;

const kinds: ReadonlyMap<string, RunCase> = new Map<string, RunCase>([
  ['batch', runBatchCase],
  [
    'claim',
    (scheme: Scheme, simulated: ClaimCase, number) =>
      (simulated.steps === undefined ? runClaimCase : runClaimSteps)(scheme, simulated, number),
  ],
  ['eligibility', runEligibilityCase],
  ['enrolment', runEnrolmentCase],
  ['grievance', runGrievanceCase],
  ['payment', runPaymentCase],
]);

/** Tries a case of any kind. @throws {Error} for a kind that there is not */
export const runCase = (scheme: Scheme, simulated: SimulatedCase, number: number): Promise<unknown> => {
  const run = kinds.get(simulated.kind);
  if (run === undefined) {
    throw new Error(`kind: there is no kind ${simulated.kind}. Write one of ${[...kinds.keys()].join(', ')}.`);
  }
  return run(scheme, simulated as never, number);
};
