import type { Claim, ClaimResponse, Patient } from 'fhir/r4.js';
import { addDays, type Day } from '../../fhir/calendar.ts';
import type { Resource } from '../../fhir/resource.ts';
import { readClaimToJudge } from '../adjudicate-claim.ts';
import { targetDay } from '../adjudication/claim-days.ts';
import { SetUpMissing } from '../adjudication/set-up-missing.ts';
import { claimables, setUpLookups } from '../claim-lookups.ts';
import { checkedLines } from '../claim-stages.ts';
import type { ClockRule, InsuranceContext } from '../insurance-rule.ts';
import { targetOf } from '../insured-reference.ts';
import { claimDays, claimedName, namesOfLine } from '../set-up/read-asked-claim.ts';
import { flagsAbout, newFlags } from './fraud-flag.ts';
import { fraudRules } from './fraud-rules.ts';
import type { OtherClaim, ScreenedClaim } from './fraud-signal.ts';

const CODES = ['duplicate-claim', 'impossible-quantity', 'price-above-list', 'service-after-death'] as const;

const claimOf = (found: Readonly<Record<string, readonly Resource[] | undefined>>): Claim | undefined =>
  found.claim?.[0] as unknown as Claim | undefined;

const otherClaims = (claim: Claim, { found, timeZone }: InsuranceContext): OtherClaim[] =>
  ((found.ofPatient ?? []) as unknown as Claim[])
    .filter(({ id, status, use }) => id !== claim.id && status === 'active' && use === 'claim')
    .map(other => ({
      reference: `Claim/${other.id}`,
      provider: targetOf(other.provider),
      day: targetDay(claimDays(other, timeZone)),
      codes: (other.item ?? []).flatMap(item => claimedName(namesOfLine(item), claimables(found)) ?? []),
    }));

/** Lines whose product pays the price that the provider asks. */
const paidAsAsked = (answer: ClaimResponse, toJudge: ScreenedClaim['toJudge']): ReadonlySet<number> =>
  new Set(
    checkedLines(answer, toJudge.lines)
      .filter(({ paidBy }) => paidBy?.origin === 'O')
      .map(({ sequence }) => sequence),
  );

const screenedClaim = (claim: Claim, answer: ClaimResponse, context: InsuranceContext): ScreenedClaim | undefined => {
  const day = targetDay(claimDays(claim, context.timeZone));
  if (day === undefined) return undefined;
  const toJudge = readClaimToJudge(claim, { ...context, id: claim.id ?? '' });
  return {
    claim,
    toJudge,
    paidAsAsked: paidAsAsked(answer, toJudge),
    day,
    provider: targetOf(claim.provider),
    patient: context.found.patient?.[0] as unknown as Patient | undefined,
    others: otherClaims(claim, context),
    timeZone: context.timeZone,
  };
};

/**
 * Claims that were answered from a day on, each looked at by every rule; what is found becomes flags for people to review, once each. A
 * claim that lacks something to be looked at is passed over.
 */
export const screenClaims = (from: (today: Day) => Day): ClockRule => ({
  code: 'screen-claims',
  isDaily: true,
  due: today => ({
    resourceType: 'ClaimResponse',
    parameters: [
      ['outcome', 'complete,partial'],
      ['_lastUpdated', `ge${from(today)}`],
    ],
    exact: true,
  }),
  lookups: (resource, found, scheme) => {
    const answer = resource as unknown as ClaimResponse;
    const about = targetOf(answer.request) ?? '';
    const first = { claim: { references: [about] }, flags: flagsAbout(CODES, about) };
    const claim = claimOf(found);
    if (claim?.status !== 'active' || claim.use !== 'claim') return first;
    const patient = targetOf(claim.patient);
    return {
      ...first,
      ...(patient === undefined ? {} : { ofPatient: { resourceType: 'Claim', parameters: [['patient', patient]] } }),
      ...setUpLookups(claim, found, scheme),
    };
  },
  effects: (answer, context) => {
    const claim = claimOf(context.found);
    const provider = targetOf(claim?.provider);
    if (claim?.status !== 'active' || claim.use !== 'claim' || provider === undefined) return [];
    try {
      const screened = screenedClaim(claim, answer as unknown as ClaimResponse, context);
      const signals = screened === undefined ? [] : fraudRules.flatMap(rule => rule(screened) ?? []);
      const { today, insurer } = context;
      const told = { about: `Claim/${claim.id}`, subject: provider, today, insurer };
      return newFlags(signals, context.found.flags ?? [], told);
    } catch (error) {
      if (error instanceof SetUpMissing) return [];
      throw error;
    }
  },
});

/** Every day, of the claims that were answered since the day before. */
export const screenRecentClaims: ClockRule = screenClaims(today => addDays(today, -1));
