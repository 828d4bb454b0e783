import type { Claim, Coverage, InsurancePlan, Organization } from 'fhir/r4.js';
import type { Resource } from '../fhir/resource.ts';
import { targetDay } from './adjudication/claim-days.ts';
import type { ByCare, Plan } from './adjudication/scheme.ts';
import { claimMode, insurerOf } from './claim-mode.ts';
import { type CountedAnswer, countedAnswer } from './claim-stages.ts';
import { successionLookups } from './claim-succession.ts';
import { firstDayOf } from './coverage-in-force.ts';
import { feedbackLookups } from './feedback/feedback-request.ts';
import type { Found, Lookup, Lookups, Scheme, SearchLookup } from './insurance-rule.ts';
import { targetOf } from './insured-reference.ts';
import { kiungoExtension } from './kiungo-codes.ts';
import { oncePer } from './set-up/once-per.ts';
import { type Claimable, claimDays, claimedName, namesOfLine } from './set-up/read-asked-claim.ts';
import { readCatalogEntry } from './set-up/read-catalog-entry.ts';
import { planCode } from './set-up/read-cover.ts';
import { priceLists } from './set-up/read-facility.ts';
import { readPlan } from './set-up/read-plan.ts';
import { isWithdrawn } from './withdraw-claim.ts';

const unique = (values: readonly (string | undefined)[]): string[] => [
  ...new Set(values.filter(value => value !== undefined)),
];

const escaped = (value: string): string => value.replaceAll(/[\\,|$]/g, '\\$&');

const byReference = (targets: readonly (string | undefined)[]): Lookup => ({ references: unique(targets) });

const search = (resourceType: string, name: string, values: readonly string[]): SearchLookup => ({
  resourceType,
  parameters: [[name, values.map(escaped).join(',')]],
});

/** One search for each value, because each is remembered by itself. */
const each = (resourceType: string, name: string, values: readonly string[]): Lookup => ({
  each: values.map(value => search(resourceType, name, [value])),
});

/** What was found, each in the version that was in force on the claim's day where that is another one. */
const inForceThen = (found: Found, names: readonly string[]): Resource[] =>
  names
    .flatMap(name => found[name] ?? [])
    .map(
      resource =>
        found.earlierVersions?.find(
          ({ resourceType, id }) => id === resource.id && resourceType === resource.resourceType,
        ) ?? resource,
    );

const CLAIMABLES = ['catalog', 'services', 'items'];

/** Everything that is claimed, as far as it was found. */
export const claimables = (found: Found): Claimable[] => inForceThen(found, CLAIMABLES) as unknown as Claimable[];

/** The coverages of the patient that were found. */
export const ownCoverages = (found: Found): Coverage[] => (found.coverages ?? []) as unknown as Coverage[];

/** The products that were found, by code. */
export const foundPlans = (found: Found): ReadonlyMap<string, Plan> => {
  const plans = new Map<string, Plan>();
  for (const resource of inForceThen(found, ['plans']) as unknown as InsurancePlan[]) {
    const plan = readPlan(resource);
    for (const { value } of resource.identifier ?? []) if (value !== undefined) plans.set(value, plan);
  }
  return plans;
};

const amountsOf = ({ deductibles, ceilings }: Plan): ByCare[keyof ByCare][] => [
  ...Object.values(deductibles),
  ...Object.values(ceilings),
];

/** Whether anything of the plan is used up by a policy's members together. */
const isShared = (plan: Plan): boolean => amountsOf(plan).some(scoped => scoped?.policy !== undefined);

/** Whether what a claim is paid depends on earlier claims. */
const looksBack = oncePer(
  (plan: Plan): boolean =>
    Object.keys(plan.maxCount).length > 0 ||
    amountsOf(plan).some(scoped => scoped?.insuree !== undefined || scoped?.policy !== undefined) ||
    [...plan.lines.values()].some(({ maximum }) => maximum !== undefined),
);

/** First the people and things that the claim names. */
const named = (claim: Claim): Lookups => {
  const names = (claim.item ?? []).map(namesOfLine);
  const codes = (kind: 'item' | 'service'): string[] =>
    unique(names.filter(each => each.target === undefined && each.kind !== kind).flatMap(each => each.codes));
  const [items, services] = [codes('service'), codes('item')];
  const patient = targetOf(claim.patient);
  return {
    patient: byReference([patient]),
    provider: byReference([targetOf(claim.provider)]),
    catalog: byReference(names.map(({ target }) => target)),
    ...(items.length === 0 ? {} : { items: each('Medication', 'identifier', items) }),
    ...(services.length === 0 ? {} : { services: each('ActivityDefinition', 'identifier', services) }),
    ...(patient === undefined ? {} : { coverages: search('Coverage', 'beneficiary', [patient]) }),
  };
};

/** Then what those lead to: products, price lists and the prices in them. */
const setUp = (claim: Claim, found: Found): Lookups => {
  const plans = unique(ownCoverages(found).map(planCode));
  const provider = found.provider?.[0] as unknown as Organization | undefined;
  const lists = provider === undefined ? [] : priceLists(provider);
  const codes = unique((claim.item ?? []).map(item => claimedName(namesOfLine(item), claimables(found))));
  return {
    ...(plans.length === 0 ? {} : { plans: each('InsurancePlan', 'identifier', plans) }),
    ...(lists.length === 0 ? {} : { lists: byReference(lists) }),
    ...(lists.length === 0 || codes.length === 0 ? {} : { prices: each('ChargeItemDefinition', 'instance', codes) }),
  };
};

/** Whether a resource itself says from when to when it holds. */
const statesPeriod = (resource: Resource): boolean =>
  resource.effectivePeriod !== undefined ||
  (resource as unknown as Claimable).extension?.some(({ url }) => url === kiungoExtension('medication-validity')) ===
    true;

/** Then, of what was changed after the claim's day and does not say itself when it holds, the version of that day. */
const versions = (claim: Claim, found: Found, { timeZone }: Scheme): Lookups => {
  const asOf = targetDay(claimDays(claim, timeZone));
  if (asOf === undefined) return {};
  const changed = [...CLAIMABLES, 'plans']
    .flatMap(name => found[name] ?? [])
    .filter(resource => {
      const { versionId, lastUpdated } = resource.meta as { versionId: string; lastUpdated: string };
      return versionId !== '1' && (firstDayOf(lastUpdated, timeZone) ?? '') > asOf && !statesPeriod(resource);
    });
  if (changed.length === 0) return {};
  return {
    earlierVersions: { references: unique(changed.map(({ resourceType, id }) => `${resourceType}/${id}`)), asOf },
  };
};

/** Then the families that share a policy. */
const families = (found: Found): Lookups => {
  const plans = foundPlans(found);
  const holders = ownCoverages(found)
    .filter(coverage => [plans.get(planCode(coverage) ?? '')].some(plan => plan !== undefined && isShared(plan)))
    .map(({ policyHolder }) => targetOf(policyHolder));
  const shared = unique(holders);
  return shared.length === 0 ? {} : { family: search('Coverage', 'policy-holder', shared) };
};

/** Then the answers to other claims, if what they were paid matters. */
const others = (claim: Claim, found: Found, scheme: Scheme): Lookups => {
  const matters =
    [...foundPlans(found).values()].some(looksBack) ||
    claimables(found).some(each => readCatalogEntry(each, scheme).frequency > 0);
  if (!matters) return {};
  const family = (found.family ?? []) as unknown as Coverage[];
  const patients = unique([claim.patient, ...family.map(({ beneficiary }) => beneficiary)].map(each => targetOf(each)));
  // In one order, so that it is the same search whoever of the family is the patient.
  return { others: { ...search('ClaimResponse', 'patient', patients.sort()), isHeld: true, digest: countedAnswer } };
};

const isUnasked = (lookups: Lookups, found: Found): boolean =>
  Object.keys(lookups).some(name => found[name] === undefined);

/** The set-up that a claim touches, in rounds: whom and what it names, products and prices, and what held on its day. */
export const setUpLookups = (claim: Claim, found: Found, scheme: Scheme): Lookups => {
  if (found.provider === undefined) return named(claim);
  const round = setUp(claim, found);
  return isUnasked(round, found) ? round : versions(claim, found, scheme);
};

/** What lines of a patient are judged by, asked for in rounds, each by what the one before found. */
export const judgingLookups = (claim: Claim, found: Found, scheme: Scheme): Lookups => {
  const round = setUpLookups(claim, found, scheme);
  if (isUnasked(round, found)) return round;
  const family = families(found);
  if (family.family !== undefined && found.family === undefined) return family;
  return others(claim, found, scheme);
};

/** What a claim is judged by. Of a claim that another system judges, only its insurer and what it corrects are looked at. */
export const claimLookups = (claim: Claim, found: Found, scheme: Scheme & { id: string }): Lookups => {
  const first: Lookups = { insurer: byReference([insurerOf(claim, scheme)]), ...successionLookups(claim) };
  if (found.insurer === undefined) return first;
  if (isWithdrawn(claim.status)) return { ...first, ...feedbackLookups(claim, found, scheme) };
  if (claimMode(claim, found, scheme) === 'forward') return first;
  return { ...judgingLookups(claim, found, scheme), ...feedbackLookups(claim, found, scheme) };
};

/** The answers to other claims that were found, but for those that the claim comes in the place of. */
export const otherAnswers = (found: Found, id: string): CountedAnswer[] =>
  ((found.others ?? []) as unknown as CountedAnswer[]).filter(
    response => response.id !== id && !found.corrected?.some(each => each.id === response.id),
  );
