import type { CommunicationRequest, Flag } from 'fhir/r4.js';
import type { CaseClaim, CaseReview, CaseStep, ClaimCase } from './case.ts';
import { coverageNames, namingOf, reviewParameters, type Scheme, storeScheme } from './claim-case.ts';
import { claimResource } from './claim-resources.ts';
import { claimResult } from './claim-result.ts';
import { feedbackResource } from './feedback-resources.ts';
import { refusedRules } from './refused-rules.ts';

const CLAIM_SIGNALS = ['duplicate-claim', 'impossible-quantity', 'price-above-list', 'service-after-death'];

interface Run {
  scheme: Scheme;
  simulated: ClaimCase;
  naming: ReturnType<typeof namingOf>;
  claims: ReadonlyMap<string, CaseClaim>;
  /** Names of the claims that are stored. */
  handedIn: Set<string>;
}

const parametersOf = (review: readonly CaseReview[] | undefined, currency: string): object =>
  review === undefined ? { resourceType: 'Parameters' } : reviewParameters(review, currency);

const take = async ({ scheme, simulated, naming, claims, handedIn }: Run, step: CaseStep): Promise<void> => {
  const claim = claims.get(step.claim);
  if (claim === undefined) throw new Error(`steps: ${step.claim} is no claim of the case`);
  const id = naming.id('claim', step.claim);
  if (step.do === 'submit') {
    await scheme.put(claimResource(claim, simulated.setup, naming, { name: step.claim, mode: 'review' }));
    handedIn.add(step.claim);
  } else if (step.do === 'withdraw') {
    const stored = await scheme.read('Claim', id);
    await scheme.put({ ...stored, id, status: step.status ?? 'cancelled' });
  } else if (step.do === 'feedback') await scheme.post(feedbackResource(id, step.answers ?? {}));
  else await scheme.operate(id, step.do, parametersOf(step.review, simulated.currency));
};

/** What flags about a claim are found by. */
const signalsOf = (claimId: string): string =>
  CLAIM_SIGNALS.map(rule => `https://kiungo.example/fhir/fraud-signal|${rule}\\|Claim/${claimId}`).join(',');

/** What the server says of all claims that are handed in. */
const stateAfter = async ({ scheme, simulated, naming, claims, handedIn }: Run): Promise<Record<string, object>> => {
  const { setup, minorUnits = 2 } = simulated;
  const state: Record<string, object> = {};
  for (const name of handedIn) {
    const answer = await scheme.readAnswer(naming.id('claim', name));
    const result = claimResult(answer, claims.get(name)!, { minorUnits, coverageName: coverageNames(setup, naming) });
    const [request] = await scheme.search('CommunicationRequest', [['_id', naming.id('claim', name)]]);
    const asked = (request as unknown as CommunicationRequest | undefined)?.statusReason?.coding?.[0]?.code;
    const flags = await scheme.search('Flag', [['identifier', signalsOf(naming.id('claim', name))]]);
    const signals = (flags as unknown as Flag[]).map(({ code }) => code.coding?.[0]?.code ?? '').toSorted();
    state[name] = {
      status: answer.status,
      ...(signals.length === 0 ? {} : { signals }),
      ...(asked === undefined ? {} : { feedback: asked }),
      ...result,
    };
  }
  return state;
};

/** Tries a case whose claims go through steps, one after the other: by step, whether it was refused and how all claims are after it. */
export const runClaimSteps = async (
  scheme: Scheme,
  simulated: ClaimCase,
  number: number,
): Promise<{ steps: object[] }> => {
  const naming = namingOf(number, simulated.currency);
  const claims = new Map((simulated.claims ?? []).map((claim, index) => [claim.name ?? `claim ${index + 1}`, claim]));
  const run: Run = { scheme, simulated, naming, claims, handedIn: new Set() };
  await storeScheme(scheme, simulated.setup, naming);
  const steps: object[] = [];
  for (const step of simulated.steps ?? []) {
    const refused = await take(run, step).then(() => undefined, refusedRules);
    const told = refused === undefined ? {} : { refused };
    steps.push({ do: step.do, ...told, claims: await stateAfter(run) });
  }
  return { steps };
};
