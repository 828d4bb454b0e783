import { expireCoverage, expireToldCoverage } from './expire-coverage.ts';
import { resumePaid, suspendEnforced, suspendUnpaid } from './follow-policy.ts';
import { facilityVolume } from './fraud/facility-volume.ts';
import { screenRecentClaims } from './fraud/screen-claims.ts';
import { escalateGrievance } from './grievance/escalate-grievance.ts';
import type { ClockRule } from './insurance-rule.ts';
import { promptRenewal } from './prompt-renewal.ts';

/** What time brings about, each by itself. */
export const clockRules: readonly ClockRule[] = [
  expireCoverage,
  expireToldCoverage,
  suspendUnpaid,
  suspendEnforced,
  resumePaid,
  promptRenewal,
  escalateGrievance,
  screenRecentClaims,
  facilityVolume,
];
