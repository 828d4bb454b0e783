import { rawNumber } from '../../src/fhir/exact-json.ts';
import type { MoneyText } from './case.ts';
import { money, type Naming, type Printed } from './set-up-resources.ts';

interface CaseDiscount {
  percent: number;
  periodMonths?: number;
}

/** What a product says about joining it. */
export interface CasePremiumProduct {
  lumpSum?: MoneyText;
  threshold?: number;
  maxMembers?: number;
  premiumAdult?: MoneyText;
  premiumChild?: MoneyText;
  registrationLumpSum?: MoneyText;
  registrationFee?: MoneyText;
  generalAssemblyLumpSum?: MoneyText;
  generalAssemblyFee?: MoneyText;
  insurancePeriodMonths?: number;
  administrationPeriodMonths?: number;
  /** Days of the year, `DD-MM`. */
  startCycles?: string[];
  gracePeriodPaymentMonths?: number;
  gracePeriodEnrolmentMonths?: number;
  gracePeriodRenewalMonths?: number;
  maxInstalments?: number;
  enrolmentDiscount?: CaseDiscount;
  renewalDiscount?: CaseDiscount;
}

/** Numbers of people. */
export interface CaseFamily {
  adults?: number;
  children?: number;
  otherAdults?: number;
  otherChildren?: number;
}

const own = (name: string): string => `https://kiungo.example/fhir/StructureDefinition/${name}`;
const OPENIMIS = 'https://openimis.github.io/openimis_fhir_r4_ig';
const ig = (name: string): string => `${OPENIMIS}/StructureDefinition/${name}`;
const igConcept = (system: string, code: string) => ({
  coding: [{ system: `${OPENIMIS}/CodeSystem/${system}`, code }],
});
const MEDICAL = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/insurance-plan-type', code: 'medical' }] };

const months = (value: number) => ({ value, unit: 'months' });

const periodOf = (kind: string, value: number | undefined): object[] =>
  value === undefined
    ? []
    : [
        {
          url: own('plan-period'),
          extension: [
            { url: 'kind', valueCode: kind },
            { url: 'period', valueQuantity: months(value) },
          ],
        },
      ];

const discountOf = (kind: string, discount: CaseDiscount | undefined): object[] =>
  discount === undefined
    ? []
    : [
        {
          url: own('plan-discount'),
          extension: [
            { url: 'kind', valueCode: kind },
            { url: 'percentage', valueDecimal: rawNumber(String(discount.percent)) },
            { url: 'period', valueQuantity: months(discount.periodMonths ?? 0) },
          ],
        },
      ];

const limitOf = (code: string, value: number | undefined): object[] =>
  value === undefined ? [] : [{ value: { value }, code: igConcept('insurance-plan-coverage-benefit-limit', code) }];

/** The product of a case. */
export const productResource = (product: CasePremiumProduct, naming: Naming): Printed => {
  const cost = (code: string, amount: MoneyText | undefined, more: object = {}): object[] =>
    amount === undefined
      ? []
      : [{ type: igConcept('insurance-plan-general-cost-type', code), cost: money(amount, naming.currency), ...more }];
  const generalCost = [
    ...cost('lumpsum', product.lumpSum, product.threshold ? { groupSize: product.threshold } : {}),
    ...cost('premiumAdult', product.premiumAdult),
    ...cost('premiumChild', product.premiumChild),
    ...cost('registrationLumpsum', product.registrationLumpSum),
    ...cost('registrationFee', product.registrationFee),
    ...cost('generalAssemblyLumpSum', product.generalAssemblyLumpSum),
    ...cost('generalAssemblyFee', product.generalAssemblyFee),
  ];
  const extension = [
    ...(product.startCycles ?? []).map(day => ({ url: ig('insurance-plan-start-cycle'), valueString: day })),
    ...periodOf('administration', product.administrationPeriodMonths),
    ...periodOf('grace-payment', product.gracePeriodPaymentMonths),
    ...periodOf('grace-enrolment', product.gracePeriodEnrolmentMonths),
    ...periodOf('grace-renewal', product.gracePeriodRenewalMonths),
    ...(product.maxInstalments === undefined
      ? []
      : [{ url: ig('insurance-plan-max-installments'), valueUnsignedInt: product.maxInstalments }]),
    ...discountOf('enrolment', product.enrolmentDiscount),
    ...discountOf('renewal', product.renewalDiscount),
  ];
  const limit = [
    ...limitOf('period', product.insurancePeriodMonths ?? 12),
    ...limitOf('memberCount', product.maxMembers),
  ];
  const id = naming.id('product', 'P');
  return {
    resourceType: 'InsurancePlan',
    id,
    ...(extension.length === 0 ? {} : { extension }),
    identifier: [{ type: igConcept('openimis-identifiers', 'Code'), value: id }],
    status: 'active',
    name: id,
    coverage: [{ type: MEDICAL, benefit: [{ type: MEDICAL, limit }] }],
    ...(generalCost.length === 0 ? {} : { plan: [{ generalCost }] }),
  };
};

const memberResource = (name: string, birthDate: string, naming: Naming): Printed => ({
  resourceType: 'Patient',
  id: naming.id('patient', name),
  identifier: [{ value: naming.id('patient', name) }],
  name: [{ family: 'Family', given: [name] }],
  gender: 'unknown',
  birthDate,
  ...(name.startsWith('other')
    ? {
        contact: [
          {
            relationship: [igConcept('patient-contact-relationship', '7')],
            name: { family: 'Family', given: ['adult1'] },
          },
        ],
      }
    : {}),
});

/** The people of a case: as many as it says, grown up or small on the days of enrolment, and their family. */
export const familyResources = (family: CaseFamily, enrolled: string, naming: Naming): Printed[] => {
  const year = Number(enrolled.slice(0, 4));
  const some = (kind: string, number = 0, age: number): Printed[] =>
    Array.from({ length: number }, (_none, index) =>
      memberResource(`${kind}${index + 1}`, `${year - age}-01-01`, naming),
    );
  const members = [
    ...some('adult', family.adults, 40),
    ...some('child', family.children, 5),
    ...some('otherAdult', family.otherAdults, 40),
    ...some('otherChild', family.otherChildren, 5),
  ];
  const group: Printed = {
    resourceType: 'Group',
    id: naming.id('group', 'family'),
    identifier: [{ value: naming.id('group', 'family') }],
    type: 'person',
    actual: true,
    member: members.map(({ id }) => ({ entity: { reference: `Patient/${id}` } })),
  };
  return [...members, group];
};

/** What was paid of a policy. */
export const contributionOf = (
  { amount, date, photoFee, receipt }: { amount: MoneyText; date: string; photoFee?: boolean; receipt?: string },
  naming: Naming,
  number: number,
): object => ({
  url: ig('contract-premium'),
  extension: [
    { url: 'category', valueCodeableConcept: igConcept('contract-premium-category', photoFee ? 'P' : 'C') },
    { url: 'amount', valueMoney: money(amount, naming.currency) },
    { url: 'receipt', valueString: receipt ?? naming.id('receipt', String(number)) },
    { url: 'date', valueDate: date },
    { url: 'type', valueCodeableConcept: igConcept('contract-premium-type', 'C') },
  ],
});

/** People who join a policy after it has begun. */
export const lateMembers = (
  { adults, date }: { adults: number; date: string },
  number: number,
  naming: Naming,
): Printed[] =>
  Array.from({ length: adults }, (_none, index) =>
    memberResource(`late${number + 1}.${index + 1}`, `${Number(date.slice(0, 4)) - 40}-01-01`, naming),
  );

/** What a policy says of them. */
export const lateAsset = (people: readonly Printed[], date: string): object => ({
  typeReference: people.map(({ id }) => ({ reference: `Patient/${id}` })),
  period: [{ start: date }],
});

/** That an officer let the policy begin. */
export const enforcedOn = (date: string): object => ({ url: own('policy-enforced'), valueDate: date });

/** A policy as it is enrolled. `renews` names the one before it. */
export const contractResource = (
  name: string,
  policy: {
    issued: string;
    members: readonly string[];
    extension?: readonly object[];
    end?: string;
    renews?: string;
    late?: readonly object[];
  },
  naming: Naming,
): Printed => ({
  resourceType: 'Contract',
  id: naming.id('contract', name),
  status: 'offered',
  issued: policy.issued,
  subject: [{ reference: `Group/${naming.id('group', 'family')}` }],
  ...(policy.renews === undefined
    ? {}
    : { supportingInfo: [{ reference: `Contract/${naming.id('contract', policy.renews)}` }] }),
  term: [
    {
      offer: { text: 'Cover of a family' },
      asset: [
        {
          ...(policy.extension === undefined || policy.extension.length === 0 ? {} : { extension: policy.extension }),
          typeReference: policy.members.map(id => ({ reference: `Patient/${id}` })),
          ...(policy.end === undefined ? {} : { period: [{ end: policy.end }] }),
          valuedItem: [{ entityReference: { reference: `InsurancePlan/${naming.id('product', 'P')}` } }],
        },
        ...(policy.late ?? []),
      ],
    },
  ],
});
