import type { ActivityDefinition, Claim, ClaimItem, Identifier, Medication, Patient } from 'fhir/r4.js';
import type { Day } from '../../fhir/calendar.ts';
import { dayOf, parseDateRange } from '../../fhir/datetime.ts';
import { plainNumber } from '../../fhir/exact-json.ts';
import type { AskedLine, Insuree } from '../adjudication/claim-to-judge.ts';
import type { VisitType } from '../adjudication/scheme.ts';
import { lineAmount } from '../claim-amounts.ts';
import { firstDayOf, lastDayOf } from '../coverage-in-force.ts';
import { targetOf } from '../insured-reference.ts';
import { codeOf, codesOf } from '../kiungo-codes.ts';
import { CLAIM_ITEM_REFERENCE, OPENIMIS } from '../openimis-codes.ts';

/** Anything that can be claimed. */
export type Claimable = Medication | ActivityDefinition;

/** What a line is for: a reference (`Medication/x`), or codes to find it by. */
export interface LineNames {
  target?: string;
  /** Absent where the line does not say whether it is for a drug or a service. */
  kind?: 'item' | 'service';
  codes: readonly string[];
}

/** How a line of a claim names what it is for. */
export const namesOfLine = ({ extension = [], category, productOrService }: ClaimItem): LineNames => {
  const target = targetOf(extension.find(({ url }) => url === CLAIM_ITEM_REFERENCE)?.valueReference);
  const kind = codesOf(category).find((code): code is 'item' | 'service' => code === 'item' || code === 'service');
  const { text } = productOrService;
  return {
    ...(target === undefined ? {} : { target }),
    ...(kind === undefined ? {} : { kind }),
    codes: [...codesOf(productOrService), ...(text === undefined ? [] : [text])],
  };
};

const identifierValues = (identifiers: readonly Identifier[] | undefined): string[] =>
  (identifiers ?? []).flatMap(({ value }) => (value === undefined ? [] : [value]));

const hasName = (claimable: Claimable, { target, kind, codes }: LineNames): boolean => {
  if (target !== undefined) return target === `${claimable.resourceType}/${claimable.id}`;
  if (kind !== undefined && (kind === 'item') !== (claimable.resourceType === 'Medication')) return false;
  return identifierValues(claimable.identifier).some(value => codes.includes(value));
};

/** The drug or service that a line is for, of those that were found: `Medication/x`. */
export const claimedName = (names: LineNames, found: readonly Claimable[]): string | undefined => {
  if (names.target !== undefined) return names.target;
  const claimable = found.find(each => hasName(each, names));
  return claimable === undefined ? undefined : `${claimable.resourceType}/${claimable.id}`;
};

/** The lines of a claim. What is not found in the register is named by its own words. */
export const readAskedLines = (claim: Claim, found: readonly Claimable[]): AskedLine[] =>
  (claim.item ?? []).map(item => {
    const names = namesOfLine(item);
    const { unit, quantity } = lineAmount(item);
    return {
      sequence: plainNumber(item.sequence),
      code: claimedName(names, found) ?? names.codes[0] ?? `line ${item.sequence}`,
      quantity,
      price: unit,
    };
  });

const VISITS = ['O', 'E', 'R'] as const;

/** Emergency and referral where the claim says so, else other. */
export const visitTypeOf = ({ type }: Claim): VisitType =>
  VISITS.find(visit => visit === codeOf(type, `${OPENIMIS}/CodeSystem/claim-visit-type`)) ?? 'O';

/** Days of the visit or stay, in the scheme's time zone: as the claim says, else from its first line to its last. */
export const claimDays = ({ billablePeriod, item = [] }: Claim, timeZone: string): { start?: Day; end?: Day } => {
  const days = (texts: readonly (string | undefined)[], read: typeof firstDayOf): Day[] =>
    texts.flatMap(text => (text === undefined ? [] : (read(text, timeZone) ?? []))).sort();
  const [starts, ends] =
    billablePeriod === undefined
      ? [
          item.map(({ servicedDate, servicedPeriod }) => servicedDate ?? servicedPeriod?.start),
          item.map(({ servicedDate, servicedPeriod }) => servicedDate ?? servicedPeriod?.end),
        ]
      : [[billablePeriod.start], [billablePeriod.end]];
  const start = days(starts, firstDayOf)[0];
  const end = days(ends, lastDayOf).at(-1);
  return { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
};

/** Who was treated, as far as rules ask: sex and birthday. */
export const readInsuree = ({ gender, birthDate }: Patient): Insuree => {
  const range = birthDate === undefined ? undefined : parseDateRange(birthDate, 'UTC');
  return {
    // openIMIS counts whoever is neither as a man.
    ...(gender === undefined || gender === 'unknown' ? {} : { sex: gender === 'female' ? 'woman' : 'man' }),
    ...(range === undefined
      ? {}
      : { born: { earliest: dayOf(range.low, 'UTC'), latest: dayOf(range.high - 1, 'UTC') } }),
  };
};
