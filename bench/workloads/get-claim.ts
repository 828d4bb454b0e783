import type { Site } from '../site.ts';
import type { Requests, Workload } from '../workload.ts';

/** So many claims are read again and again. */
const HOT_IDS = 100;

const getHot = ({ base, claimIds }: Site): Requests => {
  let count = 0;
  return { next: () => ({ method: 'GET', path: `${base}/Claim/${claimIds.at(-1 - (count++ % HOT_IDS))}` }) };
};

/** Claims by id: from memory, by a facility with a token, and from the store. */
export const getClaim: readonly Workload[] = [
  {
    key: 'get_hot',
    label: 'GET Claim by id, read before',
    site: 'kiungo',
    against: { workload: 'bare', as: 'get_hot_vs_bare' },
    hasGoal: true,
    start: getHot,
  },
  {
    key: 'get_secured',
    label: 'GET Claim by id, by a facility with a token, audited',
    site: 'secured',
    against: { workload: 'get_hot', as: 'get_secured_vs_open' },
    hasGoal: true,
    start: getHot,
  },
  {
    key: 'get_cold',
    label: 'GET Claim by id, not in memory',
    site: 'kiungo',
    against: { workload: 'bare', as: 'get_cold_vs_bare' },
    hasGoal: true,
    start: ({ base, claimIds }) => {
      let count = 0;
      return { next: () => ({ method: 'GET', path: `${base}/Claim/${claimIds[count++ % claimIds.length]}` }) };
    },
  },
];
