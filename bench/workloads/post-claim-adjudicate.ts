import { benchCoverage, benchPatient, claimOfInsuree } from '../claim-body.ts';
import { putAll } from '../site.ts';
import type { Workload } from '../workload.ts';

/** Insurees in families of an ordinary size. */
const INSUREES = 6_000;
const FAMILY = 5;

/** From one claim to the next, so that claims that are sent together are of different families. Prime, so that everybody's turn comes. */
const STRIDE = 1_613;

const INSURER = {
  resourceType: 'Organization',
  id: 'bench-adjudicating-insurer',
  extension: [{ url: 'https://kiungo.example/fhir/StructureDefinition/claim-mode', valueCode: 'adjudicate' }],
  identifier: [{ value: 'BENCH-ADJUDICATING' }],
  type: [{ text: 'insurer' }],
  name: 'Insurer whose claims are judged at once',
};

const insureeOf = (index: number): string => `bench-${10_000 + (index % INSUREES)}`;
const holderOf = (index: number): string => insureeOf(index - (index % FAMILY));

export const postClaimAdjudicate: Workload = {
  key: 'post_claim_adjudicate',
  label: 'POST Claim, judged and valuated at once',
  site: 'kiungo',
  against: { workload: 'post_claim', as: 'post_claim_adjudicate_vs_forward' },
  hasGoal: true,
  enrol: async site => {
    const insurees = Array.from({ length: INSUREES }, (_none, index) => index);
    await putAll(site, [INSURER]);
    await putAll(
      site,
      insurees.map(index => benchPatient(insureeOf(index))),
    );
    await putAll(
      site,
      insurees.map(index => benchCoverage(insureeOf(index), 10_000 + index, holderOf(index))),
    );
  },
  start: site => {
    let index = 0;
    return {
      next: () => ({
        method: 'POST',
        path: `${site.base}/Claim`,
        body: claimOfInsuree(site.nextNumber(), insureeOf(STRIDE * index++), `Organization/${INSURER.id}`),
      }),
    };
  },
};
