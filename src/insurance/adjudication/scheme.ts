import type { Day } from '../../fhir/calendar.ts';
import type { Decimal } from '../../fhir/decimal.ts';

/** In-patient, out-patient, both. */
export type CareType = 'I' | 'O' | 'B';
/** Other, emergency, referral. */
export type VisitType = 'O' | 'E' | 'R';
/** Surgery, delivery, antenatal care, hospitalisation, consultation, other, visit: the strongest first. */
export const CLAIM_CATEGORIES = ['S', 'D', 'A', 'H', 'C', 'O', 'V'] as const;
export type ClaimCategory = (typeof CLAIM_CATEGORIES)[number];
/** From the price list, as the provider asks, or relative: a share of what a batch run has to give. */
export type PriceOrigin = 'P' | 'O' | 'R';
/** When an amount uses up no ceiling: in hospital, not in hospital, both. */
export type CeilingExclusion = 'H' | 'N' | 'B';

/** What differs between adults and children. */
export interface ByAge<Value> {
  adult?: Value;
  child?: Value;
}

/** A drug (item) or a service as the register has it. Money is in the scheme's currency. */
export interface CatalogEntry {
  kind: 'item' | 'service';
  /** A second name under which plans may have it. */
  alias?: string;
  /** Of a service; absent: a visit. */
  category?: ClaimCategory;
  price?: Decimal;
  careType: CareType;
  /** Who may have it, as a sum: man 1, woman 2, adult 4, child 8. 0 and 15 are everybody. */
  patients: number;
  /** Days that must lie between two; 0 for no limit. */
  frequency: number;
  validFrom?: Day;
  validTo?: Day;
}

/** One entry of a facility's price list; without a price of its own the register's counts. First and last day are in it. */
export interface PriceEntry {
  price?: Decimal;
  validFrom?: Day;
  validTo?: Day;
}

/** Where a claim comes from. Level: dispensary, health centre, hospital. */
export interface Facility {
  level?: 'D' | 'C' | 'H';
  careType: CareType;
  /** By code of what is priced. */
  prices: ReadonlyMap<string, readonly PriceEntry[]>;
}

/** What the plan pays of one unit: `C` that percentage, absent all of it; `F` at most that amount, 0 and absent all of it. */
export interface PlanLimit extends ByAge<Decimal> {
  type: 'C' | 'F';
}

/** What a plan says of one drug or service. */
export interface PlanLine {
  origin: PriceOrigin;
  /** By type of visit; what is not there is not covered at such a visit. */
  limits: Partial<Record<VisitType, PlanLimit>>;
  /** Most of it in an insurance period; 0 for none at all. */
  maximum?: ByAge<Decimal>;
  /** Months after the cover begins. */
  waiting?: ByAge<number>;
  exclusion?: ByAge<CeilingExclusion>;
}

/** Amounts by what they are for: one claim, one person's insurance period, the insurance period of a policy. One of them counts. */
export interface ScopedAmount {
  treatment?: Decimal;
  insuree?: Decimal;
  policy?: Decimal;
  /** More of a policy's amount for each member above the plan's threshold. */
  extraMember?: Decimal;
  /** Most that a policy's amount grows to. */
  maximum?: Decimal;
}

/** Amounts for all care, or apart by hospital and other care. */
export interface ByCare {
  all?: ScopedAmount;
  hospital?: ScopedAmount;
  nonHospital?: ScopedAmount;
}

/** A product as claims are judged by it. */
export interface Plan {
  /** What its amounts are in (ISO 4217), where it has any. */
  currency?: string;
  /** What counts as hospital care: `I` a stay, `H` whatever a hospital does. */
  ceilingInterpretation?: 'I' | 'H';
  /** Members beyond which a policy's ceiling grows. */
  threshold?: number;
  lines: ReadonlyMap<string, PlanLine>;
  deductibles: ByCare;
  ceilings: ByCare;
  /** Most claims of a category in an insurance period; 0 for none at all. */
  maxCount: Partial<Record<ClaimCategory, number>>;
  /** Most that one claim of a category is paid. */
  maxAmount: Partial<Record<ClaimCategory, Decimal>>;
}
