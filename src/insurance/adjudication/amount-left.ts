import {
  addDecimals,
  compareDecimals,
  type Decimal,
  decimalOf,
  minDecimal,
  multiplyDecimals,
  subtractDecimals,
  ZERO,
} from '../../fhir/decimal.ts';
import type { Cover, CoverageUse } from './claim-to-judge.ts';
import type { ByCare, Plan, ScopedAmount } from './scheme.ts';

/** What is left of a deductible or ceiling; lines take from it one after the other. */
export interface Left {
  amount: Decimal;
}

/** The scopes that an amount may have, the one that counts first. */
const SCOPES = ['treatment', 'insuree', 'policy'] as const;

const isSet = (scoped: ScopedAmount | undefined): scoped is ScopedAmount =>
  scoped !== undefined && SCOPES.some(scope => scoped[scope] !== undefined);

/** The amount that counts, and whose use of it counts: all care, or hospital or other care alone. */
const countingAmount = (
  { all, hospital, nonHospital }: ByCare,
  isHospital: () => boolean,
): { scoped: ScopedAmount; hospital?: boolean } | undefined => {
  if (isSet(all)) return { scoped: all };
  if (!isSet(hospital) && !isSet(nonHospital)) return undefined;
  const inHospital = isHospital();
  const scoped = inHospital ? hospital : nonHospital;
  return isSet(scoped) ? { scoped, hospital: inHospital } : undefined;
};

/** A policy's amount, which grows with each member above the threshold; a plan without threshold has no extra members. */
const policyAmount = (base: Decimal, scoped: ScopedAmount, plan: Plan, members: number): Decimal => {
  const { extraMember, maximum } = scoped;
  if (plan.threshold === undefined || extraMember === undefined || members <= plan.threshold) return base;
  const grown = addDecimals(base, multiplyDecimals(decimalOf(members - plan.threshold), extraMember));
  return maximum === undefined ? grown : minDecimal(grown, maximum);
};

/**
 * What is left of the plan's deductible (`deducted`) or ceiling (`remunerated`) after what other claims used up; undefined where the plan
 * has none. `isHospital` is asked only where the plan tells hospital from other care.
 */
export const amountLeft = (
  cover: Cover,
  plan: Plan,
  column: 'deducted' | 'remunerated',
  uses: readonly CoverageUse[],
  isHospital: () => boolean,
): Left | undefined => {
  const counting = countingAmount(column === 'deducted' ? plan.deductibles : plan.ceilings, isHospital);
  if (counting === undefined) return undefined;
  const { scoped, hospital } = counting;
  if (scoped.treatment !== undefined) return { amount: scoped.treatment };
  const isOwn = ({ coverage, policy }: CoverageUse): boolean =>
    scoped.insuree === undefined ? policy === cover.policy : coverage === cover.id;
  let left = scoped.insuree ?? policyAmount(scoped.policy!, scoped, plan, cover.members);
  for (const use of uses) {
    if (isOwn(use) && (hospital === undefined || use.hospital === hospital)) left = subtractDecimals(left, use[column]);
  }
  return { amount: compareDecimals(left, ZERO) > 0 ? left : ZERO };
};
