import type { ClaimResponse, CoverageEligibilityResponse } from 'fhir/r4.js';
import { rawNumber } from '../../src/fhir/exact-json.ts';
import type { Resource } from '../../src/fhir/resource.ts';
import type { CaseClaim, CaseReview, CaseSetUp, ClaimCase, EligibilityCase } from './case.ts';
import { claimResource, historyResources, ledgerResources } from './claim-resources.ts';
import { type ClaimResult, claimResult } from './claim-result.ts';
import {
  type CoverageResult,
  type EligibilityAsk,
  eligibilityResource,
  eligibilityResult,
} from './eligibility-case.ts';
import { type Naming, type Printed, setUpResources } from './set-up-resources.ts';

/** How a case reaches the server: the interactions that clients reach over HTTP. */
export interface Scheme {
  put(resource: Printed): Promise<void>;
  remove(resourceType: string, id: string): Promise<void>;
  /** Brings about what is due on a day. */
  turnClock(today: string): Promise<void>;
  /** Stores a resource under an id of the server's. */
  post(resource: { resourceType: string }): Promise<void>;
  read(resourceType: string, id: string): Promise<Resource>;
  search(resourceType: string, parameters: readonly (readonly [name: string, value: string])[]): Promise<Resource[]>;
  /** Calls an operation on a type that changes nothing. */
  ask(
    resourceType: string,
    operation: string,
    parameters: readonly (readonly [name: string, value: string])[],
  ): Promise<Resource>;
  /** Calls an operation on a resource that changes nothing. */
  askOne(
    resourceType: string,
    id: string,
    operation: string,
    parameters: readonly (readonly [name: string, value: string])[],
  ): Promise<Resource>;
  /** Calls an operation on a type with Parameters. */
  call(resourceType: string, operation: string, parameters: object): Promise<Resource>;
  /** Calls an operation on a claim, and gives back the answer as it is then. */
  operate(
    claimId: string,
    operation: 'review' | 'process' | 'reverse' | 'cancel' | 'screen',
    parameters: object,
  ): Promise<ClaimResponse>;
  readAnswer(claimId: string): Promise<ClaimResponse>;
  readEligibility(questionId: string): Promise<CoverageEligibilityResponse>;
}

/** What a medical officer says of lines, as `$review` takes it. */
export const reviewParameters = (review: readonly CaseReview[], currency: string): object => ({
  resourceType: 'Parameters',
  parameter: review.map(({ seq, reject, quantity, price }) => ({
    name: 'line',
    part: [
      { name: 'sequence', valuePositiveInt: seq },
      { name: 'decision', valueCode: reject === true ? 'reject' : 'approve' },
      ...(quantity === undefined ? [] : [{ name: 'quantity', valueDecimal: rawNumber(String(quantity)) }]),
      ...(price === undefined ? [] : [{ name: 'price', valueMoney: { value: rawNumber(price), currency } }]),
    ],
  })),
});

const STAGE = 'https://openimis.github.io/openimis_fhir_r4_ig/CodeSystem/claim-status';

/** Whether an answer waits to be processed. */
const isChecked = ({ total = [] }: ClaimResponse): boolean =>
  total.some(({ category }) => category.coding?.some(({ system, code }) => system === STAGE && code === '4'));

/** Names that no other case has: the server keeps all cases of a run. */
export const namingOf = (number: number, currency: string): Naming => {
  const prefix = `s${number}`;
  const clean = (name: string): string =>
    name.replaceAll(/[^A-Za-z0-9.]/g, character => `-${character.codePointAt(0)!.toString(16)}-`).slice(0, 40);
  return { currency, id: (kind, name) => `${prefix}-${kind}-${clean(name)}` };
};

/** Stores the scheme of a case, and what the patients' other claims came to. */
export const storeScheme = async (scheme: Scheme, setup: CaseSetUp, naming: Naming): Promise<void> => {
  for (const resource of setUpResources(setup, naming)) await scheme.put(resource);
  const others = [
    ...(setup.history ?? []).map((row, index) => historyResources(row, setup, naming, `history-${index}`)),
    ...(setup.ledger ?? []).map((row, index) => ledgerResources(row, setup, naming, `ledger-${index}`)),
  ];
  for (const { claim, answer } of others) {
    await scheme.put(claim);
    await scheme.put(answer);
  }
};

/** The name that a case has for a coverage of the server. */
export const coverageNames = (setup: CaseSetUp, naming: Naming): ((id: string) => string) => {
  const names = new Map(
    Object.entries(setup.coverages ?? {}).flatMap(([name, { members }]) =>
      Object.keys(members ?? {}).map(member => [naming.id('coverage', `${name}-${member}`), name] as const),
    ),
  );
  return id => names.get(id) ?? id;
};

const askEligibility = async (
  scheme: Scheme,
  ask: EligibilityAsk,
  { setup, minorUnits = 2 }: Pick<ClaimCase, 'setup' | 'minorUnits'>,
  naming: Naming,
): Promise<Record<string, CoverageResult>> => {
  const question = eligibilityResource(ask, setup, naming);
  await scheme.put(question);
  const answer = await scheme.readEligibility(question.id);
  return eligibilityResult(answer, { minorUnits, coverageName: coverageNames(setup, naming) });
};

/** Stores the scheme of a case and asks what a person's cover pays: by name of coverage. */
export const runEligibilityCase = async (
  scheme: Scheme,
  simulated: EligibilityCase,
  number: number,
): Promise<Record<string, CoverageResult>> => {
  const naming = namingOf(number, simulated.currency);
  await storeScheme(scheme, simulated.setup, naming);
  return askEligibility(scheme, simulated.ask, simulated, naming);
};

/**
 * Tries a case on a server: its set-up, history and ledger are stored, its claims are handed in, reviewed where the case says so, and
 * processed; all by the interactions that any client has.
 */
export const runClaimCase = async (
  scheme: Scheme,
  simulated: ClaimCase,
  number: number,
): Promise<ClaimResult | { claims: Record<string, ClaimResult> }> => {
  const { setup, currency, minorUnits = 2, eligibilityBefore } = simulated;
  const naming = namingOf(number, currency);
  await storeScheme(scheme, setup, naming);
  const asked =
    eligibilityBefore === undefined
      ? {}
      : { eligibilityBefore: await askEligibility(scheme, eligibilityBefore, simulated, naming) };
  const claims: CaseClaim[] = simulated.claims ?? (simulated.claim === undefined ? [] : [simulated.claim]);
  const nameOf = (claim: CaseClaim, index: number): string => claim.name ?? `claim ${index + 1}`;
  for (const [index, claim] of claims.entries()) {
    const name = nameOf(claim, index);
    await scheme.put(claimResource(claim, setup, naming, { name, mode: 'review' }));
    if (claim.review !== undefined && isChecked(await scheme.readAnswer(naming.id('claim', name)))) {
      await scheme.operate(naming.id('claim', name), 'review', reviewParameters(claim.review, currency));
    }
  }
  const results = new Map<string, ClaimResult>();
  const coverageName = coverageNames(setup, naming);
  const byName = new Map(claims.map((claim, index) => [nameOf(claim, index), claim]));
  for (const name of simulated.processOrder ?? byName.keys()) {
    const claim = byName.get(name);
    if (claim === undefined) throw new Error(`processOrder names ${name}, which is no claim of the case`);
    const id = naming.id('claim', name);
    let answer = await scheme.readAnswer(id);
    if (isChecked(answer)) answer = await scheme.operate(id, 'process', { resourceType: 'Parameters' });
    results.set(name, claimResult(answer, claim, { minorUnits, coverageName }));
  }
  return simulated.claims === undefined
    ? { ...[...results.values()][0]!, ...asked }
    : { ...asked, claims: Object.fromEntries([...byName.keys()].map(name => [name, results.get(name)!])) };
};
