import type { ChargeItemDefinition, Claim, ClaimResponse, Coverage, List, Organization, Patient } from 'fhir/r4.js';
import { minorUnits } from '../fhir/currency.ts';
import { adjudicatedResponse } from './adjudicated-response.ts';
import type { ClaimStage } from './adjudication/adjudication.ts';
import { type CheckedClaim, checkClaim, type Undecided } from './adjudication/check-claim.ts';
import { targetDay } from './adjudication/claim-days.ts';
import type { ClaimToJudge } from './adjudication/claim-to-judge.ts';
import type { CatalogEntry } from './adjudication/scheme.ts';
import { valuateClaim } from './adjudication/valuate-claim.ts';
import { claimables, foundPlans, otherAnswers, ownCoverages } from './claim-lookups.ts';
import { claimCurrency } from './claim-response.ts';
import { coverageUses } from './claim-stages.ts';
import { firstDayOf } from './coverage-in-force.ts';
import type { InsuranceContext } from './insurance-rule.ts';
import { businessIdentifier } from './openimis-codes.ts';
import { notesOf, processNote } from './process-note.ts';
import { claimDays, readAskedLines, readInsuree, visitTypeOf } from './set-up/read-asked-claim.ts';
import { readCatalogEntry } from './set-up/read-catalog-entry.ts';
import { policiesOf, readCovers } from './set-up/read-cover.ts';
import { readFacility } from './set-up/read-facility.ts';
import { lineCode } from './set-up/read-plan.ts';
import { type Language, type Message, say, sayAll } from './texts/say.ts';

/** All that the rules look at, put together from what was looked up. */
export const readClaimToJudge = (claim: Claim, context: InsuranceContext): ClaimToJudge => {
  const { found, timeZone, id } = context;
  const currency = claimCurrency(claim, context.currency);
  const reading = { timeZone, currency };
  const days = claimDays(claim, timeZone);
  const day = targetDay(days) ?? firstDayOf(claim.created, timeZone) ?? claim.created;
  const catalog = new Map<string, CatalogEntry>();
  for (const each of claimables(found)) {
    const reference = `${each.resourceType}/${each.id}`;
    const entry = readCatalogEntry(each, reading);
    const code = businessIdentifier(each.identifier)?.value;
    catalog.set(reference, code === undefined ? entry : { ...entry, alias: lineCode(entry.kind, code) });
  }
  const plans = foundPlans(found);
  const own = ownCoverages(found);
  const family = (found.family ?? found.coverages ?? []) as unknown as Coverage[];
  const policies = policiesOf([...own, ...family], timeZone);
  const patient = found.patient?.[0] as unknown as Patient | undefined;
  const answers = otherAnswers(found, id);
  return {
    ...days,
    created: firstDayOf(claim.created, timeZone) ?? claim.created,
    visitType: visitTypeOf(claim),
    insuree: patient === undefined ? {} : readInsuree(patient),
    insureeEnded: patient?.active === false,
    facility: readFacility(
      (found.provider?.[0] ?? { resourceType: 'Organization' }) as unknown as Organization,
      (found.lists ?? []) as unknown as List[],
      (found.prices ?? []) as unknown as ChargeItemDefinition[],
      reading,
    ),
    lines: readAskedLines(claim, claimables(found)),
    catalog,
    covers: readCovers(own, { family, plans, day, timeZone }),
    earlier: answers
      .filter(({ patient }) => patient === claim.patient.reference)
      .flatMap(({ earlier }) => earlier ?? []),
    uses: answers.flatMap(answer => coverageUses(answer, policies)),
    currency,
    minorUnits: minorUnits(currency),
  };
};

/** Why nobody can judge the claim yet. */
const missingWords = (undecided: readonly Undecided[]): Message => {
  const lines = undecided.map(({ sequence, what }) => say('line-needs', { line: sequence, what }));
  return say('claim-undecided', { lines: sayAll(lines, '; ') });
};

/** The last stage that a claim can reach now; a relative price waits for a batch run. */
const lastStage = ({ lines }: CheckedClaim): '8' | '16' =>
  lines.some(({ reason, paidBy }) => reason === '0' && paidBy?.origin === 'R') ? '8' : '16';

/** Lays a decision over the answer, the notes after those that are there. */
const withDecision = (
  entered: ClaimResponse,
  decision: ReturnType<typeof adjudicatedResponse>,
  language: Language,
): ClaimResponse => {
  const notes = [...notesOf(entered), ...notesOf(decision)];
  const { resourceType, ...rest } = entered;
  // Extensions come first in print, as in R4.
  return {
    resourceType,
    ...(decision.extension === undefined ? {} : { extension: decision.extension }),
    ...rest,
    ...decision,
    ...processNote(notes, language),
  };
};

/**
 * The answer to a claim that was entered, after its lines were checked and, with `upTo` 16, paid. `checked` is what was found before, where
 * a medical officer has changed it since. A claim that cannot be decided stays entered, and the answer says what is missing.
 */
export const adjudicateClaim = (
  entered: ClaimResponse,
  claim: Claim,
  context: InsuranceContext,
  { upTo, checked: before }: { upTo: '4' | '16'; checked?: CheckedClaim },
): ClaimResponse => {
  const { language } = context;
  const toJudge = readClaimToJudge(claim, context);
  const undecidedResponse = (undecided: readonly Undecided[]): ClaimResponse => {
    const texts = [...notesOf(entered), missingWords(undecided)(language)];
    return { ...entered, ...processNote(texts, language) };
  };
  const checked = before ?? checkClaim(toJudge);
  if ('undecided' in checked) return undecidedResponse(checked.undecided);
  const value = valuateClaim(toJudge, checked);
  if ('undecided' in value) return undecidedResponse(value.undecided);
  const isRejected = checked.lines.every(({ reason }) => reason !== '0');
  const stage: Exclude<ClaimStage, '2'> = isRejected ? '1' : upTo === '4' ? '4' : lastStage(checked);
  const target = targetDay(toJudge);
  const decision = adjudicatedResponse(claim, {
    checked,
    value,
    stage,
    ...(target === undefined ? {} : { target }),
    currency: claimCurrency(claim, context.currency),
    language,
  });
  return withDecision(entered, decision, language);
};
