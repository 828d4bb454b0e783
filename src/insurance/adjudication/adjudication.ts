import type { Day } from '../../fhir/calendar.ts';
import type { CheckedClaim } from './check-claim.ts';
import type { ClaimValue } from './valuate-claim.ts';

/** How far a claim has come: rejected, entered, checked, processed, valuated. */
export type ClaimStage = '1' | '2' | '4' | '8' | '16';

/** What was decided on a claim, and how far it has come with that. */
export interface Adjudication {
  checked: CheckedClaim;
  value: ClaimValue;
  stage: Exclude<ClaimStage, '2'>;
  /** The claim's day, which every rule looked at. */
  target?: Day;
  currency: string;
}
