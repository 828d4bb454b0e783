import type { Day } from '../../fhir/calendar.ts';
import type { Decimal } from '../../fhir/decimal.ts';
import type { CatalogEntry, ClaimCategory, Facility, Plan, VisitType } from './scheme.ts';

/** One line of a claim; `code` is a name that is the same in the catalogue, price lists, plans and earlier claims. */
export interface AskedLine {
  sequence: number;
  code: string;
  quantity: Decimal;
  /** Of one unit. */
  price: Decimal;
}

/** Who was treated. A birthday that is known to the year or month only has its earliest and latest day. */
export interface Insuree {
  /** Whether the man's or the woman's bit of `CatalogEntry.patients` counts; absent: not known. */
  sex?: 'man' | 'woman';
  born?: { earliest: Day; latest: Day };
}

/** When something holds, first and last day in it. */
export interface Validity {
  effective?: Day;
  expiry?: Day;
}

/** One person's cover by one policy. */
export interface Cover {
  /** Of the member's own coverage. */
  id: string;
  /** The same for all members of a policy. */
  policy: string;
  /** Absent where the plan that it names is not set up. */
  plan?: Plan;
  planCode: string;
  /** New or renewed. */
  stage: 'N' | 'R';
  status: 'idle' | 'active' | 'suspended' | 'expired' | 'ready';
  dates: Validity;
  /** The member's own dates, where they differ from the policy's. */
  memberDates: Validity;
  /** Members of the policy who are covered on the claim's day. */
  members: number;
}

/** Another claim of the same person, with status 4, 8 or 16. */
export interface EarlierClaim {
  target: Day;
  category: ClaimCategory;
  /** Only lines that passed; quantities as approved, else as provided. */
  lines: readonly { code: string; quantity: Decimal }[];
}

/** What another claim has used up of a coverage. */
export interface CoverageUse {
  coverage: string;
  policy: string;
  deducted: Decimal;
  remunerated: Decimal;
  /** Absent where the plan does not tell hospital from other care. */
  hospital?: boolean;
}

/** All that a claim is judged by; nothing else is looked at, no clock, no store. */
export interface ClaimToJudge {
  start?: Day;
  end?: Day;
  created: Day;
  visitType: VisitType;
  insuree: Insuree;
  /** The insuree's record has ended. */
  insureeEnded: boolean;
  facility: Facility;
  lines: readonly AskedLine[];
  catalog: ReadonlyMap<string, CatalogEntry>;
  covers: readonly Cover[];
  earlier: readonly EarlierClaim[];
  uses: readonly CoverageUse[];
  /** What the claim's amounts are in (ISO 4217); prices in another currency are none. */
  currency: string;
  /** Digits after the point of the currency's amounts. */
  minorUnits: number;
}
