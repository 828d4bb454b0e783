import type { Workload } from '../workload.ts';

/** So many claims are read again and again. */
const HOT_IDS = 100;

/** Claims by id: from memory, and from the store. */
export const getClaim: readonly Workload[] = [
  {
    key: 'get_hot',
    label: 'GET Claim by id, read before',
    site: 'kiungo',
    against: { workload: 'bare', as: 'get_hot_vs_bare' },
    hasGoal: true,
    start: ({ base, claimIds }) => {
      let count = 0;
      return { next: () => ({ method: 'GET', path: `${base}/Claim/${claimIds.at(-1 - (count++ % HOT_IDS))}` }) };
    },
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
