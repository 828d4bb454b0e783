import type { Claim, ClaimItem, ClaimResponse, ClaimResponseItem, Money } from 'fhir/r4.js';
import { minorUnits } from '../fhir/currency.ts';
import { dayOf } from '../fhir/datetime.ts';
import { compareDecimals, type Decimal, decimalOf, formatDecimal } from '../fhir/decimal.ts';
import type { Resource } from '../fhir/resource.ts';
import { type LineAmount, lineAmount, money, printedDecimal, sumOfLines } from './claim-amounts.ts';
import { isDecided } from './claim-stages.ts';
import type { InsuranceContext } from './insurance-rule.ts';
import { businessIdentifier, CLAIM_ITEM_REFERENCE, openimisConcept, openimisIdentifier } from './openimis-codes.ts';
import { processNote } from './process-note.ts';
import { type Message, say } from './texts/say.ts';
import { isWithdrawn, withdrawnAnswer } from './withdraw-claim.ts';

/** Status of a claim that is stored and not yet judged, and the reason that says nothing is wrong so far. */
const ENTERED = openimisConcept('claim-status', '2');
const ACCEPTED = openimisConcept('claim-rejection-reasons', '0');

/** One line as it was asked for. With a factor, the amount is the unit price times it, so that amount times value is the line. */
const enteredLine = (line: ClaimItem, { unit, quantity }: LineAmount, currency: string): ClaimResponseItem => {
  const references = (line.extension ?? []).filter(({ url }) => url === CLAIM_ITEM_REFERENCE);
  const { sequence: itemSequence } = line;
  const adjudication = [
    { category: ENTERED, reason: ACCEPTED, amount: money(unit, currency), value: printedDecimal(quantity) },
  ];
  return references.length === 0
    ? { itemSequence, adjudication }
    : { extension: references, itemSequence, adjudication };
};

/** Plain words about amounts that the claim states and that its lines do not bear out. */
const disagreements = (claim: Claim, amounts: readonly LineAmount[], sum: Decimal, currency: string): Message[] => {
  const words = (value: Decimal): string => `${formatDecimal(value, minorUnits(currency))} ${currency}`;
  const differs = (stated: Money | undefined, computed: Decimal): stated is Money =>
    stated?.value !== undefined && compareDecimals(decimalOf(stated.value), computed) !== 0;
  const notes: Message[] = [];
  claim.item?.forEach((line, index) => {
    const { asked } = amounts[index]!;
    if (differs(line.net, asked)) {
      notes.push(
        say('line-net-differs', {
          line: JSON.stringify(line.sequence),
          stated: words(decimalOf(line.net.value)),
          computed: words(asked),
        }),
      );
    }
  });
  if (differs(claim.total, sum)) {
    notes.push(say('claim-total-differs', { stated: words(decimalOf(claim.total.value)), computed: words(sum) }));
  }
  return notes;
};

/** The currency of a claim: that of its first amount, or the scheme's. */
export const claimCurrency = ({ item = [], total }: Claim, byDefault: string): string =>
  item[0]?.unitPrice?.currency ?? item[0]?.net?.currency ?? total?.currency ?? byDefault;

/**
 * The ClaimResponse of a claim that is entered: outcome queued, every line with its asked price and quantity, totals in exact
 * decimals. Where somebody has judged the claim already, undefined (their answer stays), or for a claim that is withdrawn their answer
 * as withdrawn. `created` is the scheme's day.
 * https://hl7.org/fhir/R4/claimresponse.html
 */
export const queuedClaimResponse = (exact: Resource, context: InsuranceContext): Resource | undefined => {
  const claim = exact as unknown as Claim;
  const { previousAnswer } = context;
  const previous = previousAnswer as unknown as ClaimResponse | undefined;
  if (previous !== undefined && previous.outcome !== 'queued' && isWithdrawn(claim.status)) {
    return previous.status === claim.status ? undefined : withdrawnAnswer(previousAnswer!, claim.status);
  }
  if (previous !== undefined && isDecided(previous)) return undefined;
  const lines = claim.item ?? [];
  const currency = claimCurrency(claim, context.currency);
  const amounts = lines.map(lineAmount);
  const sum = sumOfLines(amounts);
  const notes = disagreements(claim, amounts, sum, currency);
  const identifier = [openimisIdentifier('UUID', context.id)];
  const code = businessIdentifier(claim.identifier);
  if (code !== undefined) identifier.push(openimisIdentifier('Code', code.value, code.system));
  const response: ClaimResponse = {
    resourceType: 'ClaimResponse',
    identifier,
    status: claim.status,
    type: claim.type,
    use: claim.use,
    patient: claim.patient,
    created: dayOf(context.now, context.timeZone),
    insurer: { reference: context.insurer },
    requestor: claim.enterer ?? claim.provider,
    request: { reference: `Claim/${context.id}` },
    outcome: 'queued',
  };
  if (lines.length > 0) response.item = lines.map((line, index) => enteredLine(line, amounts[index]!, currency));
  response.total = [{ category: ENTERED, amount: money(sum, currency) }];
  const { language } = context;
  Object.assign(
    response,
    processNote(
      notes.map(note => note(language)),
      language,
    ),
  );
  return response as unknown as Resource;
};
