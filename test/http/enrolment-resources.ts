import type { JsonObject, Resource } from '../../src/fhir/resource.ts';

/** Bases of what is published. */
export const OPENIMIS = 'https://openimis.github.io/openimis_fhir_r4_ig';
export const KIUNGO = 'https://kiungo.example/fhir';

/** A number of months. */
export const months = (value: number): JsonObject => ({ value, unit: 'months' });
const limit = (code: string, value: number): JsonObject => ({ value: { value }, code: { coding: [{ code }] } });
const cost = (code: string, value: number, more: JsonObject = {}): JsonObject => ({
  type: { coding: [{ system: `${OPENIMIS}/CodeSystem/insurance-plan-general-cost-type`, code }] },
  cost: { value, currency: 'USD' },
  ...more,
});
const medical = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/insurance-plan-type', code: 'medical' }] };
/** Months of that kind, as a product says them. */
export const period = (kind: string, value: number): JsonObject => ({
  url: `${KIUNGO}/StructureDefinition/plan-period`,
  extension: [
    { url: 'kind', valueCode: kind },
    { url: 'period', valueQuantity: months(value) },
  ],
});
/** 5 percent off for renewing a month ahead. */
export const renewalDiscount = {
  url: `${KIUNGO}/StructureDefinition/plan-discount`,
  extension: [
    { url: 'kind', valueCode: 'renewal' },
    { url: 'percentage', valueDecimal: 5 },
    { url: 'period', valueQuantity: months(1) },
  ],
};

/** The product of the worked example E52. */
export const product = (id: string, extension: JsonObject[]): Resource => ({
  resourceType: 'InsurancePlan',
  id,
  extension,
  identifier: [{ value: id }],
  status: 'active',
  name: id,
  coverage: [{ type: medical, benefit: [{ type: medical, limit: [limit('period', 12), limit('memberCount', 6)] }] }],
  plan: [
    {
      generalCost: [
        cost('lumpsum', 100, { groupSize: 3 }),
        cost('premiumAdult', 30),
        cost('premiumChild', 10),
        cost('registrationFee', 5),
        cost('generalAssemblyLumpSum', 8),
      ],
    },
  ],
});

/** Birth dates of the family of the worked example E52, by the names of its members. */
export const BORN = {
  ada: '1990-01-01',
  ben: '2006-01-31',
  cai: '2006-02-01',
  dua: '2015-05-05',
  eli: '2020-01-01',
  fay: '1980-01-01',
};
/** Its members. */
export const NAMES = Object.keys(BORN);

/** A member of the family; `fay` is no kin. */
export const patient = ([id, birthDate]: [string, string]): Resource => ({
  resourceType: 'Patient',
  id,
  identifier: [{ value: id }],
  name: [{ family: 'Example', given: [id] }],
  gender: 'female',
  birthDate,
  ...(id === 'fay'
    ? {
        contact: [
          {
            relationship: [{ coding: [{ system: `${OPENIMIS}/CodeSystem/patient-contact-relationship`, code: '7' }] }],
            name: { family: 'Example', given: ['ada'] },
          },
        ],
      }
    : {}),
});

/** A contribution, or with category P a photo fee. */
export const paid = (value: number, date: string, category = 'C'): JsonObject => {
  const coded = (system: string, code: string) => ({ coding: [{ system: `${OPENIMIS}/CodeSystem/${system}`, code }] });
  return {
    url: `${OPENIMIS}/StructureDefinition/contract-premium`,
    extension: [
      { url: 'category', valueCodeableConcept: coded('contract-premium-category', category) },
      { url: 'amount', valueMoney: { value, currency: 'USD' } },
      { url: 'receipt', valueString: `R-${date}` },
      { url: 'date', valueDate: date },
      { url: 'type', valueCodeableConcept: coded('contract-premium-type', 'C') },
    ],
  };
};

/** Contributions with receipts of their own contract: a number is given once for each product. */
const withReceipts = (contributions: readonly JsonObject[], id: string): JsonObject[] =>
  JSON.parse(JSON.stringify(contributions).replaceAll('"R-', `"${id}-`)) as JsonObject[];

/** A policy of the family. */
export const contract = (
  id: string,
  issued: string,
  {
    extension = [],
    plan = 'e52',
    members = NAMES,
    more = {},
  }: { extension?: JsonObject[]; plan?: string; members?: string[]; more?: JsonObject } = {},
): Resource => ({
  resourceType: 'Contract',
  id,
  status: 'offered',
  issued,
  subject: [{ reference: 'Group/family' }],
  term: [
    {
      offer: { text: 'Family cover' },
      asset: [
        {
          ...(extension.length === 0 ? {} : { extension: withReceipts(extension, id) }),
          typeReference: members.map(name => ({ reference: `Patient/${name}` })),
          period: [{ start: '2024-01-01', end: '2024-12-31' }],
          valuedItem: [{ entityReference: { reference: `InsurancePlan/${plan}` } }],
        },
      ],
    },
  ],
  ...more,
});

/** The family as a Group. */
export const group: Resource = {
  resourceType: 'Group',
  id: 'family',
  identifier: [{ value: 'f' }],
  type: 'person',
  actual: true,
  member: NAMES.map(name => ({ entity: { reference: `Patient/${name}` } })),
};

/** An officer let the policy begin that day. */
export const enforced = (valueDate: string): JsonObject => ({
  url: `${KIUNGO}/StructureDefinition/policy-enforced`,
  valueDate,
});
