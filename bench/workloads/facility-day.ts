import { claimBody, PATIENTS } from '../claim-body.ts';
import type { LoadRequest } from '../load.ts';
import type { Workload } from '../workload.ts';

/** Cover is asked for by an eligibility request, as a facility does before it treats. */
const question = (number: number): string =>
  JSON.stringify({
    resourceType: 'CoverageEligibilityRequest',
    status: 'active',
    purpose: ['benefits'],
    patient: { reference: `Patient/bench-${number % PATIENTS}` },
    created: '2026-06-15',
    insurer: { reference: 'Organization/openIMIS-Implementation' },
  });

/** A facility's day: is the patient covered, here is the claim, what came of it, what came of an older one, and one is sent again. */
export const facilityDay: Workload = {
  key: 'facility_day',
  label: 'facility day: cover, claim, answers, resends',
  site: 'kiungo',
  start: site => {
    const { base, claimIds, nextNumber } = site;
    const post = (path: string, body: string): LoadRequest => ({ method: 'POST', path: `${base}/${path}`, body });
    const get = (id: string | undefined): LoadRequest => ({ method: 'GET', path: `${base}/ClaimResponse/${id}` });
    let count = 0;
    let last = 0;
    const claim = (): LoadRequest => {
      last = nextNumber();
      return post('Claim', claimBody(last));
    };
    const steps = [
      () => post('CoverageEligibilityRequest/$submit', question(count)),
      claim,
      () => get(claimIds.at(-1)),
      () => get(claimIds[(count * 7919) % claimIds.length]),
      () => post('Claim', claimBody(last)),
    ];
    return {
      next: () => steps[count++ % steps.length]!(),
      onAnswer: answer => {
        if (answer.status === 201) site.noteClaim(answer);
      },
    };
  },
};
