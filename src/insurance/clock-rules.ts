import { escalateGrievance } from './grievance/escalate-grievance.ts';
import type { ClockRule } from './insurance-rule.ts';

/** What time brings about, each by itself. */
export const clockRules: readonly ClockRule[] = [escalateGrievance];
