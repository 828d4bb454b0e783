import { addMonths, type Day } from '../../fhir/calendar.ts';
import { say } from '../texts/say.ts';
import type { ClaimToJudge, Cover, Insuree, Validity } from './claim-to-judge.ts';
import type { ByAge } from './scheme.ts';
import { needed } from './set-up-missing.ts';

const YEARS_OF_CHILDHOOD = 18;

/** The day that every rule looks at: the end of the stay, or the day of the visit. */
export const targetDay = ({ start, end }: Pick<ClaimToJudge, 'start' | 'end'>): Day | undefined => end ?? start;

/** At least one night. */
export const isStay = ({ start, end }: Pick<ClaimToJudge, 'start' | 'end'>): boolean =>
  start !== undefined && end !== undefined && start !== end;

/** Whether the day lies between the two, first and last day in it; an open end reaches for ever. */
export const isWithin = (day: Day, { effective, expiry }: Validity): boolean =>
  (effective === undefined || effective <= day) && (expiry === undefined || day <= expiry);

/** Grown up on the day: the birthday that ends childhood is that day or before. @throws {SetUpMissing} where that is not known */
export const isAdult = ({ born }: Insuree, day: Day): boolean => {
  const { earliest, latest } = needed(born, say('needs-birth-date'));
  const grownUp = (birthday: Day): boolean => addMonths(birthday, YEARS_OF_CHILDHOOD * 12) <= day;
  const adult = grownUp(latest);
  return needed(adult === grownUp(earliest) ? adult : undefined, say('needs-birth-day'));
};

/** What counts for the person on the day; the age is asked for only where it matters. @throws {SetUpMissing} */
export const byAge = <Value>(value: ByAge<Value> | undefined, insuree: Insuree, day: Day): Value | undefined => {
  if (value === undefined || value.adult === value.child) return value?.adult;
  return isAdult(insuree, day) ? value.adult : value.child;
};

/** First day of the person's own cover. */
export const memberEffective = ({ dates, memberDates }: Cover): Day | undefined =>
  memberDates.effective ?? dates.effective;

/** Last day of the person's own cover. */
const memberExpiry = ({ dates, memberDates }: Cover): Day | undefined => memberDates.expiry ?? dates.expiry;

const validity = (effective: Day | undefined, expiry: Day | undefined): Validity => ({
  ...(effective === undefined ? {} : { effective }),
  ...(expiry === undefined ? {} : { expiry }),
});

/** The person's own dates. */
export const memberValidity = (cover: Cover): Validity => validity(memberEffective(cover), memberExpiry(cover));

/** In which other claims are counted: from the person's first day to the earlier end of policy and membership. */
export const insurancePeriod = (cover: Cover): Validity => {
  const [policy, member] = [cover.dates.expiry, memberExpiry(cover)];
  const expiry = policy !== undefined && member !== undefined && policy < member ? policy : member;
  return validity(memberEffective(cover), expiry);
};

/** Whether the cover pays for what was done on the day: active, or expired by now, and policy and membership both hold. */
export const isInForce = (cover: Cover, day: Day): boolean =>
  (cover.status === 'active' || cover.status === 'expired') &&
  memberEffective(cover) !== undefined &&
  isWithin(day, cover.dates) &&
  isWithin(day, memberValidity(cover));
