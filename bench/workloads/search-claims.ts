import { PATIENTS } from '../claim-body.ts';
import type { Workload } from '../workload.ts';

const PAGE = 20;

/** Pages of claims as they are searched: of a few patients again and again, and of claims that are not in memory. */
export const searchClaims: readonly Workload[] = [
  {
    key: 'bare_page',
    label: `bare GET of a stored string as long as ${PAGE} claims`,
    site: 'floor',
    start: () => ({ next: () => ({ method: 'GET', path: `/bare-page?claims=${PAGE}` }) }),
  },
  {
    key: 'search_hot',
    label: `search: ${PAGE} claims of a patient, read before`,
    site: 'kiungo',
    against: { workload: 'bare_page', as: 'search_hot_vs_bare' },
    start: ({ base }) => {
      let count = 0;
      return {
        next: () => ({
          method: 'GET',
          path: `${base}/Claim?patient=Patient/bench-${count++ % 10}&_sort=-created&_count=${PAGE}`,
        }),
      };
    },
  },
  {
    key: 'search_cold',
    label: `search: ${PAGE} claims of a patient, of all patients in turn`,
    site: 'kiungo',
    against: { workload: 'bare_page', as: 'search_cold_vs_bare' },
    start: ({ base }) => {
      let count = 0;
      return {
        next: () => ({
          method: 'GET',
          path: `${base}/Claim?patient=Patient/bench-${count++ % PATIENTS}&_count=${PAGE}`,
        }),
      };
    },
  },
];
