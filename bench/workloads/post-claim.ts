import { claimBody } from '../claim-body.ts';
import type { Site } from '../site.ts';
import { subscribe } from '../subscribe.ts';
import type { Requests, Workload } from '../workload.ts';

/** Claims that nobody has sent yet. */
const postClaims = (site: Site): Requests => ({
  next: () => ({ method: 'POST', path: `${site.base}/Claim`, body: claimBody(site.nextNumber()) }),
  onAnswer: site.noteClaim,
});

/** Claims into an empty store, into one whose claims somebody is told of, and into one with a million resources. */
export const postClaim: readonly Workload[] = [
  {
    key: 'post_claim',
    label: 'POST Claim: validated, indexed, answered, durable',
    site: 'kiungo',
    against: { workload: 'floor', as: 'post_claim_vs_floor' },
    hasGoal: true,
    start: postClaims,
  },
  {
    key: 'post_claim_subscribed',
    label: 'POST Claim, a subscriber is told of each',
    site: 'subscribed',
    against: { workload: 'post_claim', as: 'post_claim_subscribed_vs_forward' },
    hasGoal: true,
    enrol: subscribe,
    start: postClaims,
  },
  {
    key: 'post_claim_secured',
    label: 'POST Claim by a facility with a token, audited',
    site: 'secured',
    against: { workload: 'post_claim', as: 'post_claim_secured_vs_open' },
    hasGoal: true,
    start: postClaims,
  },
  {
    key: 'post_claim_1m',
    label: 'POST Claim, a million resources stored',
    site: 'large',
    against: { workload: 'floor', as: 'post_claim_vs_floor_1m' },
    hasGoal: true,
    start: postClaims,
  },
];
