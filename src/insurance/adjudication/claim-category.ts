import { isStay } from './claim-days.ts';
import type { ClaimToJudge } from './claim-to-judge.ts';
import { CLAIM_CATEGORIES, type ClaimCategory } from './scheme.ts';

/**
 * The one category of a claim: the strongest among its services, whether they are paid or not, and a stay is a hospitalisation. A
 * service without a category is a visit, and so is a claim without any service.
 */
export const claimCategory = (claim: Pick<ClaimToJudge, 'start' | 'end' | 'lines' | 'catalog'>): ClaimCategory => {
  const found = new Set<ClaimCategory>(isStay(claim) ? ['H'] : []);
  for (const { code } of claim.lines) {
    const entry = claim.catalog.get(code);
    if (entry?.kind === 'service') found.add(entry.category ?? 'V');
  }
  return CLAIM_CATEGORIES.find(category => found.has(category)) ?? 'V';
};
