import { formatInstant } from '../fhir/datetime.ts';
import type { JsonObject, Resource } from '../fhir/resource.ts';
import type { Caller } from '../security/caller.ts';

const STEPS = 'https://kiungo.example/fhir/CodeSystem/insurance-step';

/** A step that somebody has taken. */
export interface StepTaken {
  /** Code of the step: `review`. */
  step: string;
  /** Reference to the version that came of it. */
  target: string;
  /** Reference to who took it, where that was told. */
  who: string | undefined;
  /** Who asked, where authentication has found it. */
  caller: Pick<Caller, 'clientId' | 'organization'> | undefined;
  reason?: string;
  /** Milliseconds since 1970 UTC. */
  recorded: number;
}

/** The agents of a record of what was done: who did it, where that was told, and the client that asked, where it is known. */
export const agentsOf = ({ who, caller }: Pick<StepTaken, 'who' | 'caller'>): JsonObject[] => [
  ...(who === undefined ? [] : [{ who: { reference: who } }]),
  ...(caller === undefined
    ? []
    : [
        {
          who: {
            ...(caller.organization === undefined ? {} : { reference: caller.organization }),
            display: `Client ${caller.clientId}`,
          },
        },
      ]),
];

/** Who took a step and why, to be stored with what came of it; undefined where nobody is known. https://hl7.org/fhir/R4/provenance.html */
export const stepProvenance = (taken: StepTaken): Resource | undefined => {
  const { step, target, reason, recorded } = taken;
  const agent = agentsOf(taken);
  if (agent.length === 0) return undefined;
  return {
    resourceType: 'Provenance',
    target: [{ reference: target }],
    recorded: formatInstant(recorded),
    ...(reason === undefined ? {} : { reason: [{ text: reason }] }),
    activity: { coding: [{ system: STEPS, code: step }] },
    agent,
  };
};
