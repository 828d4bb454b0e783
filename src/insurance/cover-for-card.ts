import type { Coverage } from 'fhir/r4.js';
import type { Issue } from '../fhir/issue.ts';
import { isInForce } from './coverage-in-force.ts';
import { refusal } from './insurance-refusals.ts';
import { say } from './texts/say.ts';

/**
 * The coverages that a membership card can be issued for on a day (`YYYY-MM-DD`), in the scheme's time zone.
 * @param asked type of the resource that cards are asked of
 * @returns a refusal where there is none
 */
export const coverForCard = (
  coverages: readonly Coverage[],
  { asked, day, timeZone }: { asked: 'Coverage' | 'Patient'; day: string; timeZone: string },
): { coverages: readonly Coverage[] } | { issues: readonly Issue[] } => {
  const inForce = coverages.filter(coverage => isInForce(coverage, day, timeZone));
  if (inForce.length > 0) return { coverages: inForce };
  const text = say(asked === 'Coverage' ? 'cover-not-active' : 'no-cover-active', { day });
  return { issues: [refusal('cover-not-in-force', asked, text)] };
};
