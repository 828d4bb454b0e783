import type {
  ActivityDefinition,
  CodeableConcept,
  Extension,
  Medication,
  Period,
  Timing,
  UsageContext,
} from 'fhir/r4.js';
import { decimalOf } from '../../fhir/decimal.ts';
import { type CareType, type CatalogEntry, CLAIM_CATEGORIES } from '../adjudication/scheme.ts';
import { coveredDays } from '../coverage-in-force.ts';
import { codesOf, kiungoExtension } from '../kiungo-codes.ts';
import { OPENIMIS } from '../openimis-codes.ts';
import { oncePer } from './once-per.ts';

/** IANA name of the scheme's time zone, and the currency (ISO 4217) that the claim is in. */
export interface ReadingOf {
  timeZone: string;
  currency: string;
}

const UNIT_PRICE = `${OPENIMIS}/StructureDefinition/unit-price`;
const USAGE_CONTEXT = `${OPENIMIS}/StructureDefinition/medication-usage-context`;
const FREQUENCY = `${OPENIMIS}/StructureDefinition/medication-frequency`;

/** Bits of `CatalogEntry.patients`. */
const PATIENTS: Readonly<Record<string, number>> = { male: 1, female: 2, adult: 4, child: 8 };
const SEXES = 1 | 2;
const AGES = 4 | 8;

/** What one kind of use context says, by its code: `venue`, `gender`, `age`, `workflow`. */
const contextCodes = (contexts: readonly UsageContext[], kind: string): string[] =>
  contexts
    .filter(({ code }) => code.code === kind)
    .flatMap(({ valueCodeableConcept }) => codesOf(valueCodeableConcept as CodeableConcept));

/** Sexes and ages that are named; where none is, all are meant. */
const patientsOf = (contexts: readonly UsageContext[]): number => {
  let mask = 0;
  for (const code of [...contextCodes(contexts, 'gender'), ...contextCodes(contexts, 'age')])
    mask |= PATIENTS[code] ?? 0;
  return mask | ((mask & SEXES) === 0 ? SEXES : 0) | ((mask & AGES) === 0 ? AGES : 0);
};

const careTypeOf = (contexts: readonly UsageContext[]): CareType => {
  const venues = contextCodes(contexts, 'venue');
  if (venues.includes('IMP') === venues.includes('AMB')) return 'B';
  return venues.includes('IMP') ? 'I' : 'O';
};

const frequencyOf = (timing: Timing | undefined): number => timing?.repeat?.period ?? 0;

const validityOf = (period: Period | undefined, timeZone: string): Pick<CatalogEntry, 'validFrom' | 'validTo'> => {
  const { first, last } = coveredDays(period, timeZone);
  return { validFrom: first, validTo: last };
};

const priceOf = (extensions: readonly Extension[], currency: string): Pick<CatalogEntry, 'price'> => {
  const price = extensions.find(({ url }) => url === UNIT_PRICE)?.valueMoney;
  return price?.value === undefined || (price.currency ?? currency) !== currency
    ? {}
    : { price: decimalOf(price.value) };
};

/**
 * A service as claims are judged by it: price, category, who may have it and how often. Days are the scheme's.
 * https://hl7.org/fhir/R4/activitydefinition.html
 */
const readService = (service: ActivityDefinition, { timeZone, currency }: ReadingOf): CatalogEntry => {
  const contexts = service.useContext ?? [];
  const workflow = contextCodes(contexts, 'workflow');
  const category = CLAIM_CATEGORIES.find(code => workflow.includes(code));
  return {
    kind: 'service',
    ...(category === undefined ? {} : { category }),
    ...priceOf(service.extension ?? [], currency),
    careType: careTypeOf(contexts),
    patients: patientsOf(contexts),
    frequency: frequencyOf(service.timingTiming),
    ...validityOf(service.effectivePeriod, timeZone),
  };
};

/** A drug or consumable as claims are judged by it. https://hl7.org/fhir/R4/medication.html */
const readItem = (item: Medication, { timeZone, currency }: ReadingOf): CatalogEntry => {
  const extensions = item.extension ?? [];
  const contexts = extensions
    .filter(({ url }) => url === USAGE_CONTEXT)
    .flatMap(({ extension = [] }) => extension)
    .flatMap(({ valueUsageContext }) => (valueUsageContext === undefined ? [] : [valueUsageContext]));
  const validity = extensions.find(({ url }) => url === kiungoExtension('medication-validity'))?.valuePeriod;
  return {
    kind: 'item',
    ...priceOf(extensions, currency),
    careType: careTypeOf(contexts),
    patients: patientsOf(contexts),
    frequency: frequencyOf(extensions.find(({ url }) => url === FREQUENCY)?.valueTiming),
    ...validityOf(validity, timeZone),
  };
};

/**
 * What the register says of a Medication or ActivityDefinition. Days are those of the scheme's time zone; a price in another currency than
 * the claim's is none.
 */
export const readCatalogEntry = (
  resource: Medication | ActivityDefinition,
  { timeZone, currency }: ReadingOf,
): CatalogEntry => entryOf(resource, timeZone, currency);

const entryOf = oncePer((resource: Medication | ActivityDefinition, timeZone: string, currency: string) =>
  resource.resourceType === 'Medication'
    ? readItem(resource, { timeZone, currency })
    : readService(resource, { timeZone, currency }),
);
