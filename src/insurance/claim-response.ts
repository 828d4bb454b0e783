import type { Claim, ClaimItem, ClaimResponse, ClaimResponseItem, Money } from 'fhir/r4.js';
import { minorUnits } from '../fhir/currency.ts';
import { dayOf } from '../fhir/datetime.ts';
import { compareDecimals, type Decimal, decimalOf, formatDecimal, multiplyDecimals } from '../fhir/decimal.ts';
import type { Resource } from '../fhir/resource.ts';
import { lineAmount, money, printedDecimal, sumOfLines } from './claim-amounts.ts';
import type { InsuranceContext } from './insurance-rule.ts';
import { businessIdentifier, CLAIM_ITEM_REFERENCE, openimisConcept, openimisIdentifier } from './openimis-codes.ts';

/** Status of a claim that is stored and not yet judged, and the reason that says nothing is wrong so far. */
const ENTERED = '2';
const ACCEPTED = '0';

/** One line as it was asked for. With a factor, the amount is the unit price times it, so that amount times value is the line. */
const enteredLine = (line: ClaimItem, currency: string): ClaimResponseItem => {
  const { unit, quantity } = lineAmount(line)!;
  const references = (line.extension ?? []).filter(({ url }) => url === CLAIM_ITEM_REFERENCE);
  return {
    ...(references.length === 0 ? {} : { extension: references }),
    itemSequence: line.sequence,
    adjudication: [
      {
        category: openimisConcept('claim-status', ENTERED),
        reason: openimisConcept('claim-rejection-reasons', ACCEPTED),
        amount: money(unit, currency),
        value: printedDecimal(quantity),
      },
    ],
  };
};

/** Plain words about amounts that the claim states and that its lines do not bear out. */
const disagreements = (claim: Claim, sum: Decimal, currency: string): string[] => {
  const words = (value: Decimal): string => `${formatDecimal(value, minorUnits(currency))} ${currency}`;
  const differs = (stated: Money | undefined, computed: Decimal): stated is Money =>
    stated?.value !== undefined && compareDecimals(decimalOf(stated.value), computed) !== 0;
  const notes: string[] = [];
  for (const line of claim.item ?? []) {
    const { unit, quantity } = lineAmount(line)!;
    const computed = multiplyDecimals(unit, quantity);
    if (differs(line.net, computed)) {
      notes.push(
        `Line ${JSON.stringify(line.sequence)} states a net of ${words(decimalOf(line.net.value))}, but its unit price times its quantity is ${words(computed)}, which counts.`,
      );
    }
  }
  if (differs(claim.total, sum)) {
    notes.push(
      `The claim states a total of ${words(decimalOf(claim.total.value))}, but its lines add up to ${words(sum)}, which counts.`,
    );
  }
  return notes;
};

/**
 * The ClaimResponse of a claim that is entered: outcome queued, every line with its asked price and quantity, totals in exact
 * decimals. Where somebody has judged the claim already, undefined (their answer stays), or for a cancelled claim their answer
 * as cancelled. `created` is the scheme's day.
 * https://hl7.org/fhir/R4/claimresponse.html
 */
export const queuedClaimResponse = (exact: Resource, context: InsuranceContext): Resource | undefined => {
  const claim = exact as unknown as Claim;
  const { previousAnswer } = context;
  if (previousAnswer !== undefined && previousAnswer.outcome !== 'queued') {
    const isNews = claim.status === 'cancelled' && previousAnswer.status !== 'cancelled';
    return isNews ? { ...previousAnswer, status: 'cancelled' } : undefined;
  }
  const lines = claim.item ?? [];
  const currency =
    lines[0]?.unitPrice?.currency ?? lines[0]?.net?.currency ?? claim.total?.currency ?? context.currency;
  const sum = sumOfLines(claim);
  const notes = disagreements(claim, sum, currency);
  const code = businessIdentifier(claim.identifier);
  const response: ClaimResponse = {
    resourceType: 'ClaimResponse',
    identifier: [
      openimisIdentifier('UUID', context.id),
      ...(code === undefined ? [] : [openimisIdentifier('Code', code.value, code.system)]),
    ],
    status: claim.status,
    type: claim.type,
    use: claim.use,
    patient: claim.patient,
    created: dayOf(context.now, context.timeZone),
    insurer: { reference: context.insurer },
    requestor: claim.enterer ?? claim.provider,
    request: { reference: `Claim/${context.id}` },
    outcome: 'queued',
    ...(lines.length === 0 ? {} : { item: lines.map(line => enteredLine(line, currency)) }),
    total: [{ category: openimisConcept('claim-status', ENTERED), amount: money(sum, currency) }],
    ...(notes.length === 0 ? {} : { processNote: [{ text: notes.join(' ') }] }),
  };
  return response as unknown as Resource;
};
