import { formatInstant } from '../fhir/datetime.ts';
import type { Resource } from '../fhir/resource.ts';

const STEPS = 'https://kiungo.example/fhir/CodeSystem/insurance-step';

/** A step that somebody has taken. */
export interface StepTaken {
  /** Code of the step: `review`. */
  step: string;
  /** Reference to the version that came of it. */
  target: string;
  /** Reference to who took it. */
  who: string;
  reason?: string;
  /** Milliseconds since 1970 UTC. */
  recorded: number;
}

/** Who took a step and why, to be stored with what came of it. https://hl7.org/fhir/R4/provenance.html */
export const stepProvenance = ({ step, target, who, reason, recorded }: StepTaken): Resource => ({
  resourceType: 'Provenance',
  target: [{ reference: target }],
  recorded: formatInstant(recorded),
  ...(reason === undefined ? {} : { reason: [{ text: reason }] }),
  activity: { coding: [{ system: STEPS, code: step }] },
  agent: [{ who: { reference: who } }],
});
