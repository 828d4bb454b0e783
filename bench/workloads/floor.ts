import { claimBody } from '../claim-body.ts';
import type { Workload } from '../workload.ts';

/** What others are compared with: the least that a server in this language does. */
export const floor: readonly Workload[] = [
  {
    key: 'floor',
    label: 'floor: bare POST, parsed, durable grouped insert',
    site: 'floor',
    hasGoal: true,
    start: site => ({ next: () => ({ method: 'POST', path: '/floor', body: claimBody(site.nextNumber()) }) }),
  },
  {
    key: 'bare',
    label: 'bare GET of a stored string',
    site: 'floor',
    hasGoal: true,
    start: () => ({ next: () => ({ method: 'GET', path: '/bare' }) }),
  },
];
