import type { EligibilityAsk } from './eligibility-case.ts';

/** Money as text in the case's currency, like `45.00`; days as `YYYY-MM-DD`. The format is explained in docs/simulation.md. */
export type MoneyText = string;
type Day = string;

interface ByAge<Value> {
  adult?: Value;
  child?: Value;
}

export interface CaseFacility {
  level?: 'D' | 'C' | 'H';
  careType?: 'I' | 'O' | 'B';
  priceList?: string;
}

export interface CaseEntry {
  kind: 'service' | 'item';
  category?: string;
  price?: MoneyText;
  careType?: 'I' | 'O' | 'B';
  patients?: number;
  frequency?: number;
  /** Most of it in one claim. */
  maxQuantity?: number;
  validFrom?: Day;
  validTo?: Day;
}

export interface CasePrice {
  code: string;
  price?: MoneyText;
  validFrom?: Day;
  validTo?: Day;
}

export interface CaseLimit extends ByAge<number | string> {
  type: 'C' | 'F';
}

export interface CasePlanLine {
  origin?: 'P' | 'O' | 'R';
  limits?: Partial<Record<'O' | 'E' | 'R', CaseLimit>>;
  maxAdult?: number;
  maxChild?: number;
  waitingAdult?: number;
  waitingChild?: number;
  ceilingExclusionAdult?: 'H' | 'N' | 'B';
  ceilingExclusionChild?: 'H' | 'N' | 'B';
}

/** A policy's amount may have what it grows by beside it or in it. */
export interface CaseScopes {
  treatment?: MoneyText;
  insuree?: MoneyText;
  policy?: MoneyText | { amount: MoneyText; extraMember?: MoneyText; maximum?: MoneyText };
  extraMember?: MoneyText;
  maximum?: MoneyText;
}

export interface CaseByCare {
  all?: CaseScopes;
  hospital?: CaseScopes;
  nonHospital?: CaseScopes;
}

export interface CaseProduct {
  ceilingInterpretation?: 'I' | 'H';
  threshold?: number;
  items?: Record<string, CasePlanLine>;
  deductibles?: CaseByCare;
  ceilings?: CaseByCare;
  maxCount?: Record<string, number>;
  maxAmount?: Record<string, MoneyText>;
}

export interface CaseCoverage {
  product: string;
  stage?: 'N' | 'R';
  status?: 'idle' | 'active' | 'suspended' | 'expired' | 'ready';
  effective?: Day;
  expiry?: Day;
  members: Record<string, { effective?: Day; expiry?: Day }>;
}

export interface CaseHistory {
  patient: string;
  date: Day;
  status: number;
  category?: string;
  lines?: { code: string; quantity: number | string; passed?: boolean }[];
}

export interface CaseLedger {
  coverage: string;
  patient: string;
  dedG?: MoneyText;
  dedH?: MoneyText;
  dedN?: MoneyText;
  remG?: MoneyText;
  remH?: MoneyText;
  remN?: MoneyText;
}

export interface CaseReview {
  seq: number;
  reject?: boolean;
  price?: MoneyText;
  quantity?: number | string;
}

export interface CaseClaim {
  name?: string;
  patient: string;
  facility: string;
  start?: Day;
  end?: Day;
  created: Day;
  type?: 'O' | 'E' | 'R';
  lines: { code: string; quantity: number | string; unitPrice: MoneyText }[];
  review?: CaseReview[];
  /** Codes. */
  diagnoses?: string[];
  /** The name of the claim in the place of which this one comes. */
  related?: { claim: string; relationship: 'prior' | 'replaces' };
}

/** What is done with a claim of the case. */
export interface CaseStep {
  do: 'submit' | 'review' | 'process' | 'reverse' | 'cancel' | 'withdraw' | 'feedback' | 'screen';
  claim: string;
  review?: CaseReview[];
  /** Of feedback, by question. */
  answers?: Record<string, string>;
  /** Of a claim that is withdrawn by an update. */
  status?: string;
}

export interface CasePatient {
  gender: string;
  birthDate: Day;
  village?: string;
  died?: Day;
}

export interface CaseSetUp {
  facilities?: Record<string, CaseFacility>;
  catalog?: Record<string, CaseEntry>;
  priceLists?: Record<string, CasePrice[]>;
  products?: Record<string, CaseProduct>;
  patients?: Record<string, CasePatient>;
  /** Percent of claims that feedback is asked about, and who asks where. */
  feedback?: { share: number; officers?: Record<string, { villages: string[]; phone?: string }> };
  coverages?: Record<string, CaseCoverage>;
  history?: CaseHistory[];
  ledger?: CaseLedger[];
}

/** A scheme and what is asked of a person's cover. */
export interface EligibilityCase {
  id: string;
  kind: 'eligibility';
  currency: string;
  minorUnits?: number;
  setup: CaseSetUp;
  ask: EligibilityAsk;
  expected?: unknown;
}

/** A scheme and the claims that are tried on it. */
export interface ClaimCase {
  id: string;
  kind: 'claim';
  currency: string;
  minorUnits?: number;
  setup: CaseSetUp;
  claim?: CaseClaim;
  claims?: CaseClaim[];
  processOrder?: string[];
  /** What is done with `claims`, one after the other, where that is more than handing in and processing. */
  steps?: CaseStep[];
  /** Asked before the claims are handed in. */
  eligibilityBefore?: EligibilityAsk;
  expected?: unknown;
}
