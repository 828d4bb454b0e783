import { facilityVolume } from './fraud/facility-volume.ts';
import { screenRecentClaims } from './fraud/screen-claims.ts';
import { escalateGrievance } from './grievance/escalate-grievance.ts';
import type { ClockRule } from './insurance-rule.ts';

/** What time brings about, each by itself. */
export const clockRules: readonly ClockRule[] = [escalateGrievance, screenRecentClaims, facilityVolume];
