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

/**
 * Cover whose last day has passed is expired, as openIMIS has it: its status stays active, the extension tells. What was done while it
 * was in force is paid all the same.
 */
export const expireCoverage: ClockRule = {
  code: 'expire-coverage',
  due: today => ({
    resourceType: 'Coverage',
    parameters: [
      ['status', 'active'],
      ['policy-status:not', 'expired,suspended,idle,ready'],
      ['period', `eb${today}`],
    ],
    exact: true,
  }),
  effects: (exact, { today, timeZone }) => {
    const coverage = exact as unknown as Coverage;
    const last = lastDay(coverage, timeZone);
    const told = toldStatus(coverage) ?? 'active';
    if (coverage.status !== 'active' || told !== 'active' || last === undefined || last >= today) return [];
    return [withStatus(coverage, 'expired') as unknown as Resource];
  },
};
