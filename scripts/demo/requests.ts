import { rawNumber } from '../../src/fhir/exact-json.ts';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';

const OPENIMIS = 'https://openimis.github.io/openimis_fhir_r4_ig';

const openimis = (system: string, code: string): JsonObject => ({
  coding: [{ system: `${OPENIMIS}/CodeSystem/${system}`, code }],
});

/** An amount as people write it: "4.00". */
const usd = (text: string): JsonObject => ({ value: rawNumber(text) as unknown as number, currency: 'USD' });

export const eligibilityRequest = (patient: string, today: string): Resource => ({
  resourceType: 'CoverageEligibilityRequest',
  status: 'active',
  purpose: ['benefits'],
  patient: { reference: `Patient/${patient}` },
  created: today,
  insurer: { reference: 'Organization/openIMIS-Implementation' },
});

const line = (
  sequence: number,
  kind: 'item' | 'service',
  product: string,
  code: string,
  quantity: number,
  price: string,
): JsonObject => ({
  extension: [{ url: `${OPENIMIS}/StructureDefinition/claim-item-reference`, valueReference: { reference: product } }],
  sequence,
  category: openimis('claim-item-category', kind),
  productOrService: { text: code },
  quantity: { value: quantity },
  unitPrice: usd(price),
});

/** A child with malaria at a health centre: consultation, test, and a course of 24 tablets. */
export const malariaClaim = (today: string): Resource & { item: JsonObject[] } => ({
  resourceType: 'Claim',
  identifier: [{ type: openimis('openimis-identifiers', 'Code'), value: 'TAM-000417' }],
  status: 'active',
  type: openimis('claim-visit-type', 'O'),
  use: 'claim',
  patient: { reference: 'Patient/zuri-sadiki' },
  billablePeriod: { start: today, end: today },
  created: today,
  enterer: { reference: 'Practitioner/peter-mbeki' },
  provider: { reference: 'Organization/tamaro-health-centre' },
  priority: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/processpriority', code: 'normal' }] },
  diagnosis: [{ sequence: 1, diagnosisCodeableConcept: openimis('diagnosis-ICD10-level1', 'B54') }],
  insurance: [{ sequence: 1, focal: true, coverage: { reference: 'Coverage/zuri-sadiki-cover' } }],
  item: [
    line(1, 'service', 'ActivityDefinition/outpatient-consultation', 'S001', 1, '4.00'),
    line(2, 'service', 'ActivityDefinition/malaria-rapid-test', 'S002', 1, '2.50'),
    line(3, 'item', 'Medication/artemether-lumefantrine', 'I002', 24, '0.1125'),
  ],
  total: usd('9.20'),
});

/** The same, and salts against dehydration, which the product of the demo does not pay. */
export const claimWithSalts = (today: string): Resource & { item: JsonObject[] } => {
  const claim = malariaClaim(today);
  const salts = line(4, 'item', 'Medication/oral-rehydration-salts', 'I004', 2, '0.30');
  return { ...claim, item: [...claim.item, salts], total: usd('9.80') };
};

/** A medical officer pays for 20 of the 24 tablets. */
export const reviewOfTablets: Resource = {
  resourceType: 'Parameters',
  parameter: [
    {
      name: 'line',
      part: [
        { name: 'sequence', valuePositiveInt: 3 },
        { name: 'quantity', valueDecimal: 20 },
        { name: 'reason', valueString: 'A course for this weight is 20 tablets.' },
      ],
    },
  ],
};

/** The same claim under another number with four mistakes, as they happen. */
export const faultyClaim = (today: string): Resource => {
  const claim = malariaClaim(today);
  const { unitPrice, ...withoutPrice } = claim.item[1]!;
  return {
    ...claim,
    identifier: [{ type: openimis('openimis-identifiers', 'Code'), value: 'TAM-000418' }],
    status: 'sent',
    billablePeriod: { start: today, end: `${today.slice(0, 4)}-02-30` },
    item: [
      claim.item[0]!,
      { ...withoutPrice, unitPrize: unitPrice! },
      line(3, 'item', 'Medication/artemether-lumefantrin', 'I002', 24, '0.1125'),
    ],
  };
};

/** Where each of the four mistakes stands. */
export const MISTAKES = [
  'Claim.status',
  'Claim.billablePeriod.end',
  'Claim.item[1].unitPrize',
  'Claim.item[2].extension[0].value',
];

/** A mobile money operator tells that a family has paid its renewal. */
export const paymentNotice = (today: string): Resource => ({
  resourceType: 'PaymentNotice',
  status: 'active',
  request: { reference: 'Invoice/lungu-renewal', type: 'Invoice' },
  created: today,
  payment: { reference: 'PaymentReconciliation/not-here-yet' },
  paymentDate: today,
  recipient: { reference: 'Organization/openIMIS-Implementation' },
  amount: usd('24.00'),
  paymentStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/paymentstatus', code: 'cleared' }] },
});

/** A child of the household that enrols. */
export const child: Resource = {
  resourceType: 'Patient',
  id: 'imani-okoye',
  identifier: [{ type: openimis('openimis-identifiers', 'Code'), value: '100000022' }],
  name: [{ family: 'Okoye', given: ['Imani'] }],
  gender: 'male',
  birthDate: '2017-02-08',
  address: [{ city: 'Tamaro Mjini', district: 'Sumbe' }],
};

/** The policy that the household asks for, with what it has paid. */
export const policy = (today: string, paid?: string): Resource => ({
  resourceType: 'Contract',
  id: 'okoye-policy',
  identifier: [{ type: openimis('openimis-identifiers', 'Code'), value: 'POL-100000021' }],
  status: 'offered',
  issued: today,
  subject: [{ reference: 'Group/okoye-household' }],
  term: [
    {
      offer: { text: 'Family cover' },
      asset: [
        {
          ...(paid === undefined
            ? {}
            : {
                extension: [
                  {
                    url: `${OPENIMIS}/StructureDefinition/contract-premium`,
                    extension: [
                      { url: 'category', valueCodeableConcept: openimis('contract-premium-category', 'C') },
                      { url: 'amount', valueMoney: usd(paid) },
                      { url: 'receipt', valueString: 'MM-20417' },
                      { url: 'date', valueDate: today },
                      { url: 'type', valueCodeableConcept: openimis('contract-premium-type', 'C') },
                    ],
                  },
                ],
              }),
          typeReference: [{ reference: 'Patient/tumaini-okoye' }, { reference: 'Patient/imani-okoye' }],
          period: [{ start: today, end: today }],
          valuedItem: [{ entityReference: { reference: 'InsurancePlan/sumbe-basic' } }],
        },
      ],
    },
  ],
});

const ANSWERS = { CareRendered: 'yes', PaymentAsked: 'no', DrugPrescribed: 'yes', DrugReceived: 'yes', Asessment: '5' };

/** What the mother answers when she is asked about the claim. */
export const feedback = (claimId: string): Resource => ({
  resourceType: 'Communication',
  status: 'completed',
  subject: { reference: 'Patient/zuri-sadiki' },
  about: [{ reference: `Claim/${claimId}` }],
  payload: Object.entries(ANSWERS).map(([code, contentString]) => ({
    extension: [
      {
        url: `${OPENIMIS}/StructureDefinition/communication-payload-type`,
        valueCodeableConcept: openimis('feedback-payload', code),
      },
    ],
    contentString,
  })),
});

/** The operator's payment, with the invoice that it settles. */
export const settlement = (today: string): Resource => ({
  resourceType: 'PaymentReconciliation',
  id: 'not-here-yet',
  status: 'active',
  created: today,
  paymentDate: today,
  paymentAmount: usd('24.00'),
  detail: [
    {
      type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/payment-type', code: 'payment' }] },
      request: { reference: 'Invoice/lungu-renewal' },
      amount: usd('24.00'),
    },
  ],
});

/** The child of the claim, written down a second time elsewhere: names swapped, one of them misspelled. */
export const secondRecord: Resource = {
  resourceType: 'Patient',
  id: 'zuri-again',
  identifier: [{ type: openimis('openimis-identifiers', 'Code'), value: '100000873' }],
  name: [{ family: 'Zuri', given: ['Sadikki'] }],
  gender: 'female',
  birthDate: '2019-07-21',
  address: [{ city: 'Moru' }],
};
