import type { Extension, InsurancePlan, Money } from 'fhir/r4.js';
import { type Decimal, decimalOf, ZERO } from '../../fhir/decimal.ts';
import { needed, SetUpMissing } from '../adjudication/set-up-missing.ts';
import type { Discount, PremiumPlan } from '../enrolment/premium-plan.ts';
import { codesOf, kiungoExtension } from '../kiungo-codes.ts';
import { OPENIMIS } from '../openimis-codes.ts';
import { say } from '../texts/say.ts';
import { oncePer } from './once-per.ts';

const openimisExtension = (name: string): string => `${OPENIMIS}/StructureDefinition/insurance-plan-${name}`;

const partOf = ({ extension = [] }: Extension, ...urls: string[]): Extension | undefined =>
  extension.find(({ url }) => urls.includes(url));

/** The extension of a kind; openIMIS' own has no kind, so that it tells something only where all of them say the same. */
const ofKind = (
  { extension = [] }: InsurancePlan,
  name: 'period' | 'discount',
  kind: string,
): Extension | undefined => {
  const own = extension.filter(({ url }) => url === kiungoExtension(`plan-${name}`));
  if (own.length > 0) return own.find(each => partOf(each, 'kind')?.valueCode === kind);
  const plain = extension.filter(({ url }) => url === openimisExtension(name));
  const number = name === 'period' ? 4 : 2;
  const same = new Set(plain.map(each => JSON.stringify(each))).size === 1;
  if (plain.length > 0 && (plain.length !== number || !same)) {
    throw new SetUpMissing(say('needs-plan-extensions', { extension: `plan-${name}` }));
  }
  return plain[0];
};

const monthsOf = (resource: InsurancePlan, kind: string): number | undefined => {
  const found = ofKind(resource, 'period', kind);
  return found && (found.valueQuantity ?? partOf(found, 'period')?.valueQuantity)?.value;
};

const discountOf = (resource: InsurancePlan, kind: string): Discount | undefined => {
  const found = ofKind(resource, 'discount', kind);
  const percent = found && partOf(found, 'percentage', 'Percentage')?.valueDecimal;
  if (percent === undefined) return undefined;
  return {
    percent: decimalOf(percent),
    months: partOf(found!, 'period', 'Period')?.valueQuantity?.value ?? 0,
  };
};

const CYCLE = /^(0[1-9]|[12]\d|3[01])-(0[1-9]|1[0-2])$/;

/** `DD-MM` as `MM-DD`. */
const cyclesOf = ({ extension = [] }: InsurancePlan): string[] =>
  extension
    .filter(({ url }) => url === openimisExtension('start-cycle'))
    .map(({ valueString = '' }) => {
      const [, day, month] = needed(CYCLE.exec(valueString) ?? undefined, say('needs-start-cycle'));
      return `${month}-${day}`;
    })
    .toSorted();

const limitOf = ({ coverage = [] }: InsurancePlan, code: string): number | undefined =>
  coverage
    .flatMap(({ benefit }) => benefit)
    .flatMap(({ limit = [] }) => limit)
    .find(limit => codesOf(limit.code).includes(code))?.value?.value;

const costOf = ({ plan = [] }: InsurancePlan, code: string) =>
  plan.flatMap(({ generalCost = [] }) => generalCost).find(({ type }) => codesOf(type).includes(code));

const amountOf = (cost: Money | undefined): Decimal => (cost?.value === undefined ? ZERO : decimalOf(cost.value));

/** The currency that a product's premiums are in: that of the first one that names it. */
export const premiumCurrency = ({ plan = [] }: InsurancePlan): string | undefined =>
  plan.flatMap(({ generalCost = [] }) => generalCost).find(({ cost }) => cost?.currency !== undefined)?.cost?.currency;

/**
 * What joining a product costs and when it begins, as docs/scheme-setup.md says where it stands.
 * @throws {SetUpMissing} where the product says no insurance period, or not which period is which
 */
export const readPremiumPlan = oncePer((resource: InsurancePlan): PremiumPlan => {
  const amount = (code: string): Decimal => amountOf(costOf(resource, code)?.cost);
  const maxMembers = limitOf(resource, 'memberCount');
  const gracePaymentMonths = monthsOf(resource, 'grace-payment');
  const enrolmentDiscount = discountOf(resource, 'enrolment');
  const renewalDiscount = discountOf(resource, 'renewal');
  const maxInstalments = resource.extension?.find(
    ({ url }) => url === openimisExtension('max-installments'),
  )?.valueUnsignedInt;
  return {
    lumpSum: amount('lumpsum'),
    threshold: costOf(resource, 'lumpsum')?.groupSize ?? 0,
    premiumAdult: amount('premiumAdult'),
    premiumChild: amount('premiumChild'),
    registrationLumpSum: amount('registrationLumpsum'),
    registrationFee: amount('registrationFee'),
    assemblyLumpSum: amount('generalAssemblyLumpSum'),
    assemblyFee: amount('generalAssemblyFee'),
    insuranceMonths: needed(limitOf(resource, 'period'), say('needs-insurance-period')),
    administrationMonths: monthsOf(resource, 'administration') ?? 0,
    cycles: cyclesOf(resource),
    graceEnrolmentMonths: monthsOf(resource, 'grace-enrolment') ?? 0,
    graceRenewalMonths: monthsOf(resource, 'grace-renewal') ?? 0,
    ...(maxMembers === undefined ? {} : { maxMembers }),
    ...(gracePaymentMonths === undefined ? {} : { gracePaymentMonths }),
    ...(enrolmentDiscount === undefined ? {} : { enrolmentDiscount }),
    ...(renewalDiscount === undefined ? {} : { renewalDiscount }),
    ...(maxInstalments === undefined ? {} : { maxInstalments }),
  };
});
