import { claimBody } from '../claim-body.ts';
import type { Workload } from '../workload.ts';

export const validateClaim: Workload = {
  key: 'validate_http',
  label: 'POST Claim/$validate: judged, nothing stored',
  site: 'kiungo',
  start: ({ base, nextNumber }) => ({
    next: () => ({ method: 'POST', path: `${base}/Claim/$validate`, body: claimBody(nextNumber()) }),
  }),
};
