import type { Claim, Patient } from 'fhir/r4.js';
import type { Day } from '../../fhir/calendar.ts';
import type { ClaimToJudge } from '../adjudication/claim-to-judge.ts';

/** The rules that look for fraud, by what they find. */
export type FraudRuleCode =
  | 'duplicate-claim'
  | 'impossible-quantity'
  | 'price-above-list'
  | 'service-after-death'
  | 'facility-volume';

/** Another claim for the same patient. */
export interface OtherClaim {
  /** `Claim/x`. */
  reference: string;
  /** `Organization/x`, where the reference tells. */
  provider: string | undefined;
  day: Day | undefined;
  codes: readonly string[];
}

/** A claim that is looked at, with what rules may compare it with. */
export interface ScreenedClaim {
  claim: Claim;
  toJudge: ClaimToJudge;
  /** The claim's day. */
  day: Day;
  provider: string | undefined;
  patient: Patient | undefined;
  others: readonly OtherClaim[];
  /** Sequences of the lines that are paid what was asked, whatever that is. */
  paidAsAsked: ReadonlySet<number>;
  timeZone: string;
}

/** What a rule found: why somebody should look, with the numbers, and what else to look at. */
export interface FraudSignal {
  rule: FraudRuleCode;
  text: string;
  /** References beside the claim itself. */
  details: readonly string[];
}

/** One thing to be wondered about. It proves nothing, refuses nothing and pays nothing less. */
export type FraudRule = (screened: ScreenedClaim) => FraudSignal | undefined;
