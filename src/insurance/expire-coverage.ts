import type { Coverage } from 'fhir/r4.js';
import type { Resource } from '../fhir/resource.ts';
import { lastDayOf } from './coverage-in-force.ts';
import type { ClockRule } from './insurance-rule.ts';
import { kiungoExtension } from './kiungo-codes.ts';
import { toldStatus, withStatus } from './policy-status.ts';

/** The last day of the policy, or of the person's cover where the policy's is not told. */
const lastDay = ({ extension = [], period }: Coverage, timeZone: string): string | undefined => {
  const policy = extension
    .find(({ url }) => url === kiungoExtension('coverage-policy'))
    ?.extension?.find(({ url }) => url === 'period')?.valuePeriod;
  const end = policy?.end ?? period?.end;
  return end === undefined ? undefined : lastDayOf(end, timeZone);
};

const effects: ClockRule['effects'] = (exact, { today, timeZone }) => {
  const coverage = exact as unknown as Coverage;
  const last = lastDay(coverage, timeZone);
  const told = toldStatus(coverage) ?? 'active';
  if (coverage.status !== 'active' || told !== 'active' || last === undefined || last >= today) return [];
  return [withStatus(coverage, 'expired') as unknown as Resource];
};

/** What has expired is told so, and none of these searches finds it again. */
const expiring = (code: string, ...state: [name: string, value: string]): ClockRule => ({
  code,
  due: today => ({
    resourceType: 'Coverage',
    parameters: [['status', 'active'], state, ['period', `eb${today}`]],
    exact: true,
  }),
  effects,
});

/**
 * Cover whose last day has passed is expired, as openIMIS has it: its status stays active, the extension tells. What was done while it
 * was in force is paid all the same.
 */
export const expireCoverage: ClockRule = expiring('expire-coverage', 'policy-status:missing', 'true');

/** So is cover that was told to be active. */
export const expireToldCoverage: ClockRule = expiring('expire-told-coverage', 'policy-status', 'active');
