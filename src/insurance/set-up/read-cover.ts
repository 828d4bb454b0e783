import type { Coverage, Extension, Period } from 'fhir/r4.js';
import { isWithin, memberValidity } from '../adjudication/claim-days.ts';
import type { Cover, Validity } from '../adjudication/claim-to-judge.ts';
import type { Plan } from '../adjudication/scheme.ts';
import { coveredDays } from '../coverage-in-force.ts';
import { targetOf } from '../insured-reference.ts';
import { codeOf, kiungoExtension } from '../kiungo-codes.ts';
import { toldStatus } from '../policy-status.ts';
import { oncePer } from './once-per.ts';

const partOf = (extension: Extension | undefined, url: string): Extension | undefined =>
  extension?.extension?.find(part => part.url === url);

const policyExtension = ({ extension = [] }: Coverage): Extension | undefined =>
  extension.find(({ url }) => url === kiungoExtension('coverage-policy'));

/** What the plan of a coverage is called: the code of the product. */
export const planCode = (coverage: Coverage): string | undefined =>
  coverage.class?.find(({ type }) => codeOf(type) === 'plan')?.value;

const STATUSES = ['idle', 'active', 'suspended', 'expired', 'ready'] as const;

/** As openIMIS maps it where the policy's own state is not told: cancelled is suspended, draft is idle. */
const statusOf = (coverage: Coverage): Cover['status'] => {
  const told = toldStatus(coverage);
  const known = STATUSES.find(status => status === told);
  if (known !== undefined) return known;
  return coverage.status === 'active' ? 'active' : coverage.status === 'cancelled' ? 'suspended' : 'idle';
};

const validityOf = (period: Period | undefined, timeZone: string): Validity => {
  const { first, last } = coveredDays(period, timeZone);
  return {
    ...(period?.start === undefined ? {} : { effective: first }),
    ...(period?.end === undefined ? {} : { expiry: last }),
  };
};

/** The same for all members of a policy: its contract, or its holder and product with the policy's first day. */
const policyOf = (coverage: Coverage, dates: Validity): string => {
  const contract = coverage.contract?.flatMap(reference => targetOf(reference) ?? [])[0];
  if (contract !== undefined) return contract;
  const holder = targetOf(coverage.policyHolder);
  return holder === undefined ? `Coverage/${coverage.id}` : `${holder}|${planCode(coverage)}|${dates.effective ?? ''}`;
};

/**
 * One person's cover, without the number of its policy's members. The period is the person's own; the policy's, and whether it is
 * new or renewed, stand in the extension coverage-policy. Days are the scheme's. https://hl7.org/fhir/R4/coverage.html
 */
const coverOf = oncePer((coverage: Coverage, timeZone: string): Cover => {
  const policy = policyExtension(coverage);
  const memberDates = validityOf(coverage.period, timeZone);
  const period = partOf(policy, 'period')?.valuePeriod;
  const dates = period === undefined ? memberDates : validityOf(period, timeZone);
  return {
    id: coverage.id ?? '',
    policy: policyOf(coverage, dates),
    planCode: planCode(coverage) ?? '',
    stage: partOf(policy, 'stage')?.valueCode === 'R' ? 'R' : 'N',
    status: statusOf(coverage),
    dates,
    memberDates,
    members: 1,
  };
});

/**
 * The covers of one person, each with its plan (by code) and the number of members of its policy on the day, as far as the coverages
 * of the policies are given with it.
 */
export const readCovers = (
  own: readonly Coverage[],
  {
    family,
    plans,
    day,
    timeZone,
  }: { family: readonly Coverage[]; plans: ReadonlyMap<string, Plan>; day: string; timeZone: string },
): Cover[] => {
  const members = new Map<string, number>();
  for (const coverage of family) {
    if (coverage.status === 'entered-in-error') continue;
    const cover = coverOf(coverage, timeZone);
    const counts = cover.status !== 'idle' && isWithin(day, memberValidity(cover));
    if (counts) members.set(cover.policy, (members.get(cover.policy) ?? 0) + 1);
  }
  return own
    .filter(({ status }) => status !== 'entered-in-error')
    .map(coverage => {
      const cover = coverOf(coverage, timeZone);
      const plan = plans.get(cover.planCode);
      return { ...cover, members: members.get(cover.policy) ?? 1, ...(plan === undefined ? {} : { plan }) };
    });
};

/** The policies (see `Cover.policy`) of coverages, by id: whose use of a coverage counts for whom. */
export const policiesOf = (coverages: readonly Coverage[], timeZone: string): ReadonlyMap<string, string> =>
  new Map(coverages.map(coverage => [coverage.id ?? '', coverOf(coverage, timeZone).policy]));
