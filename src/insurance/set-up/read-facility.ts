import type { ChargeItemDefinition, List, Organization } from 'fhir/r4.js';
import { decimalOf } from '../../fhir/decimal.ts';
import type { CareType, Facility, PriceEntry } from '../adjudication/scheme.ts';
import { coveredDays } from '../coverage-in-force.ts';
import { targetOf } from '../insured-reference.ts';
import { codeOf, kiungoExtension } from '../kiungo-codes.ts';
import { CLAIM_ITEM_REFERENCE, OPENIMIS } from '../openimis-codes.ts';
import { oncePer } from './once-per.ts';
import type { ReadingOf } from './read-catalog-entry.ts';

const CARE_TYPE = `${OPENIMIS}/StructureDefinition/organization-hf-care-type`;
const LEVEL = `${OPENIMIS}/StructureDefinition/organization-hf-level`;

const conceptCode = ({ extension = [] }: Organization, end: string): string | undefined =>
  // openIMIS itself sends some of these URLs with a double slash.
  codeOf(extension.find(({ url }) => url.replace('ig//', 'ig/') === end)?.valueCodeableConcept);

/** The price lists (`List/x`) that a facility names. */
export const priceLists = ({ extension = [] }: Organization): string[] =>
  extension
    .filter(({ url }) => url === kiungoExtension('price-list'))
    .flatMap(({ valueReference }) => targetOf(valueReference) ?? []);

/** The drug or service (`Medication/x`) that an entry of a price list is for. */
const pricedBy = ({ instance = [], extension = [] }: ChargeItemDefinition): ReadonlySet<string> =>
  new Set(
    [
      ...instance,
      ...extension.filter(({ url }) => url === CLAIM_ITEM_REFERENCE).map(({ valueReference }) => valueReference),
    ].flatMap(reference => targetOf(reference) ?? []),
  );

const basePrice = ({ propertyGroup = [] }: ChargeItemDefinition, currency: string): number | undefined => {
  const amount = propertyGroup
    .flatMap(({ priceComponent = [] }) => priceComponent)
    .find(({ type }) => type === 'base')?.amount;
  return (amount?.currency ?? currency) === currency ? amount?.value : undefined;
};

/** The prices (`ChargeItemDefinition/x`) that a list has. */
const listedIn = oncePer(
  ({ entry = [] }: List): ReadonlySet<string> =>
    new Set(entry.flatMap(({ item, deleted }) => (deleted ? [] : (targetOf(item) ?? [])))),
);

/**
 * The facility of a claim with the prices of its lists, as far as the entries are given. Days are the scheme's.
 * https://hl7.org/fhir/R4/chargeitemdefinition.html
 */
export const readFacility = (
  facility: Organization,
  lists: readonly List[],
  entries: readonly ChargeItemDefinition[],
  { timeZone, currency }: ReadingOf,
): Facility => {
  const listed = lists.map(listedIn);
  const prices = new Map<string, PriceEntry[]>();
  for (const entry of entries) {
    if (
      !listed.some(prices => prices.has(`ChargeItemDefinition/${entry.id}`)) ||
      entry.status === 'draft' ||
      entry.status === 'unknown'
    )
      continue;
    const { first, last } = coveredDays(entry.effectivePeriod, timeZone);
    const price = basePrice(entry, currency);
    const priced: PriceEntry = { validFrom: first, validTo: last };
    if (price !== undefined) priced.price = decimalOf(price);
    for (const code of pricedBy(entry)) prices.set(code, [...(prices.get(code) ?? []), priced]);
  }
  const level = conceptCode(facility, LEVEL);
  const careType = conceptCode(facility, CARE_TYPE);
  return {
    ...(level === 'D' || level === 'C' || level === 'H' ? { level } : {}),
    careType: careType === 'I' || careType === 'O' ? (careType satisfies CareType) : 'B',
    prices,
  };
};
