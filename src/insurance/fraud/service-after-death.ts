import { lastDayOf } from '../coverage-in-force.ts';
import type { FraudRule } from './fraud-signal.ts';

/** Services after the day on which the patient is recorded to have died. */
export const serviceAfterDeath: FraudRule = ({ patient, day, timeZone }) => {
  const died = lastDayOf(patient?.deceasedDateTime ?? '', timeZone);
  if (died === undefined || day <= died) return undefined;
  const text = `Services are claimed for ${day}; the patient is recorded to have died by ${died}.`;
  return { rule: 'service-after-death', text, details: [] };
};
