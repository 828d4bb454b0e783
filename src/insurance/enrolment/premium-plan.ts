import type { Decimal } from '../../fhir/decimal.ts';

/** Percent of the value that an enrolment so many months ahead costs less. */
export interface Discount {
  percent: Decimal;
  months: number;
}

/** What a product says about joining it and what that costs. Amounts are zero, and periods 0 months, where it says nothing. */
export interface PremiumPlan {
  lumpSum: Decimal;
  /** How many members the lump sum covers; 0: all. */
  threshold: number;
  /** Places of a policy; absent: any number. */
  maxMembers?: number;
  premiumAdult: Decimal;
  premiumChild: Decimal;
  registrationLumpSum: Decimal;
  registrationFee: Decimal;
  assemblyLumpSum: Decimal;
  assemblyFee: Decimal;
  insuranceMonths: number;
  administrationMonths: number;
  /** Days of a year on which cover may begin, `MM-DD` in ascending order; none: any day. */
  cycles: readonly string[];
  graceEnrolmentMonths: number;
  graceRenewalMonths: number;
  /** Absent: a policy without cycles may be paid at any time. */
  gracePaymentMonths?: number;
  enrolmentDiscount?: Discount;
  renewalDiscount?: Discount;
  maxInstalments?: number;
}

/** Numbers of people; "others" are those whom the family takes along without being kin. */
export interface FamilySize {
  adults: number;
  children: number;
  otherAdults: number;
  otherChildren: number;
}

/** A policy is new, or renews one that ends or ended on `previousExpiry`. */
export interface Enrolment {
  enrolled: string;
  previousExpiry?: string;
}
