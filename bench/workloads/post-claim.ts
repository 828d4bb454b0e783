import { claimBody } from '../claim-body.ts';
import type { Site } from '../site.ts';
import type { Requests, Workload } from '../workload.ts';

/** Claims that nobody has sent yet. */
export const postClaims = (site: Site): Requests => ({
  next: () => ({ method: 'POST', path: `${site.base}/Claim`, body: claimBody(site.nextNumber()) }),
  onAnswer: site.noteClaim,
});

export const postClaim: Workload = {
  key: 'post_claim',
  label: 'POST Claim: validated, indexed, answered, durable',
  site: 'kiungo',
  against: { workload: 'floor', as: 'post_claim_vs_floor' },
  hasGoal: true,
  start: postClaims,
};
