import type { Workload } from './workload.ts';
import { facilityDay } from './workloads/facility-day.ts';
import { floor } from './workloads/floor.ts';
import { getClaim } from './workloads/get-claim.ts';
import { patients } from './workloads/patients.ts';
import { postClaim } from './workloads/post-claim.ts';
import { postClaimAdjudicate } from './workloads/post-claim-adjudicate.ts';
import { searchClaims } from './workloads/search-claims.ts';
import { validateClaim } from './workloads/validate-claim.ts';

/** Every workload, in the order in which a round runs them. Reads come after the claims that they read. */
export const workloads: readonly Workload[] = [
  ...floor,
  ...postClaim,
  postClaimAdjudicate,
  ...getClaim,
  ...searchClaims,
  ...patients,
  validateClaim,
  facilityDay,
];
