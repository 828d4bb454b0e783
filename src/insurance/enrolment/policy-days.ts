import { addDays, addMonths, type Day } from '../../fhir/calendar.ts';
import type { Enrolment, PremiumPlan } from './premium-plan.ts';

/** The cycle's day in a year; 29 February is 28 February in a year without it. */
const cycleDay = (year: number, cycle: string): Day =>
  addMonths(`${year}-01-${cycle.slice(3)}`, Number(cycle.slice(0, 2)) - 1);

/** The first day of a cycle on or after a day. */
const nextCycle = (cycles: readonly string[], day: Day): Day => {
  const year = Number(day.slice(0, 4));
  return cycles.map(cycle => cycleDay(year, cycle)).find(start => start >= day) ?? cycleDay(year + 1, cycles[0]!);
};

const graceMonths = (plan: PremiumPlan, { previousExpiry }: Enrolment): number =>
  previousExpiry === undefined ? plan.graceEnrolmentMonths : plan.graceRenewalMonths;

const afterAdministration = (plan: PremiumPlan, { enrolled, previousExpiry }: Enrolment): Day => {
  if (previousExpiry === undefined) return addMonths(enrolled, plan.administrationMonths);
  const next = addDays(previousExpiry, 1);
  return enrolled > next ? enrolled : next;
};

/**
 * The first day of a policy. A new one waits for the administration, a renewed one for the end of the policy before. In a product with
 * cycles it is the first day of a cycle that is not longer past than the time of grace, and not before the policy before has ended.
 */
export const policyStart = (plan: PremiumPlan, enrolment: Enrolment): Day => {
  const day = afterAdministration(plan, enrolment);
  if (plan.cycles.length === 0) return day;
  const within = addMonths(day, -graceMonths(plan, enrolment));
  const { previousExpiry } = enrolment;
  const after = previousExpiry === undefined ? within : addDays(previousExpiry, 1);
  return nextCycle(plan.cycles, within > after ? within : after);
};

/** The last day of a policy that begins on `start`. */
export const policyExpiry = (plan: PremiumPlan, start: Day): Day => addDays(addMonths(start, plan.insuranceMonths), -1);

/** The last day on which the policy may be paid; what is not paid by then is suspended. Absent where the product sets none. */
export const lastPaymentDay = (plan: PremiumPlan, enrolment: Enrolment): Day | undefined => {
  const { enrolled, previousExpiry } = enrolment;
  if (plan.cycles.length > 0) {
    return addDays(addMonths(policyStart(plan, enrolment), graceMonths(plan, enrolment)), -1);
  }
  if (plan.gracePaymentMonths === undefined) return undefined;
  return previousExpiry === undefined
    ? addDays(addMonths(enrolled, plan.gracePaymentMonths), -1)
    : addMonths(previousExpiry, plan.gracePaymentMonths);
};
