import type { JsonObject, Resource } from '../fhir/resource.ts';

/** What is stored, for the looking up: ids by `Type/value` for an id or code, by `Type?system|value` for an identifier. */
export interface Stored {
  id?: string;
  targets?: Readonly<Record<string, readonly string[]>>;
  coverages?: readonly Resource[];
}

/** One form: what is sent, what of it is written otherwise, and code and place of each change. */
export type Form = readonly [
  what: string,
  sent: Resource,
  written: JsonObject,
  changes: readonly string[],
  stored?: Stored,
];

const OPENIMIS = 'https://openimis.github.io/openimis_fhir_r4_ig';
const V2 = 'http://terminology.hl7.org/CodeSystem/v2-0203';
const UPPER = '71EFB78B-64EE-4A68-BE29-87DAF566EB20';
const LOWER = UPPER.toLowerCase();

const system = (id: string): string => `${OPENIMIS}/CodeSystem/${id}`;
const structure = (id: string): string => `${OPENIMIS}/StructureDefinition/${id}`;
const coded = (id: string, code: string): JsonObject => ({ coding: [{ system: system(id), code }] });
const openimisType = (code: string): JsonObject => coded('openimis-identifiers', code);

const coverage = (id: string, start: string, status = 'active'): Resource => ({
  resourceType: 'Coverage',
  id,
  status,
  period: { start, end: '2026-12-31' },
});
const IN_FORCE = coverage('c1', '2026-01-01');

/** A Claim that leaves out nothing. */
const claim = (more: JsonObject): Resource => ({
  resourceType: 'Claim',
  status: 'active',
  use: 'claim',
  priority: { coding: [{ code: 'normal' }] },
  insurance: [{ focal: true }],
  ...more,
});

/** Every form that is rewritten, as FACTS of openIMIS have it. Texts that must not be told are `070707` and `VIDS`. */
export const FORMS: readonly Form[] = [
  [
    'a double slash in the URL of an extension',
    {
      resourceType: 'Coverage',
      extension: [{ url: `${OPENIMIS}//StructureDefinition/coverage-date`, valueDate: '2026-01-01' }],
    },
    { extension: [{ url: structure('coverage-date'), valueDate: '2026-01-01' }] },
    ['normalized-url Coverage.extension[0].url'],
  ],
  [
    'the page of a profile',
    { resourceType: 'Patient', meta: { profile: [`${OPENIMIS}/StructureDefinition-openimis-patient.html`] } },
    { meta: { profile: [structure('openimis-patient')] } },
    ['normalized-url Patient.meta.profile[0]'],
  ],
  [
    'a profile that is spelled as it should be',
    { resourceType: 'ActivityDefinition', meta: { profile: [structure('openimis-activity-definition')] } },
    { meta: { profile: [structure('openimis-activitiy-definition')] } },
    ['normalized-url ActivityDefinition.meta.profile[0]'],
  ],
  [
    'a relative code system in an extension',
    {
      resourceType: 'Patient',
      extension: [
        {
          url: structure('patient-profession'),
          valueCodeableConcept: { coding: [{ system: 'CodeSystem/patient-profession', code: '2' }] },
        },
      ],
    },
    { extension: [{ url: structure('patient-profession'), valueCodeableConcept: coded('patient-profession', '2') }] },
    ['normalized-system Patient.extension[0].value.coding[0].system'],
  ],
  [
    'the address of a code system of the openIMIS API',
    claim({
      diagnosis: [
        {
          diagnosisCodeableConcept: {
            coding: [{ system: 'https://imis.example/api/api_fhir_r4/CodeSystem/diagnosis/', code: 'B54' }],
          },
        },
      ],
    }),
    { diagnosis: [{ diagnosisCodeableConcept: coded('diagnosis-ICD10-level1', 'B54') }] },
    ['normalized-system Claim.diagnosis[0].diagnosis.coding[0].system'],
  ],
  [
    'a page of R4 for marital status',
    {
      resourceType: 'Patient',
      maritalStatus: { coding: [{ system: 'http://hl7.org/fhir/valueset-marital-status.html', code: 'M' }] },
    },
    { maritalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', code: 'M' }] } },
    ['normalized-system Patient.maritalStatus.coding[0].system'],
  ],
  [
    'UNK as a marital status',
    {
      resourceType: 'Patient',
      maritalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', code: 'UNK' }] },
    },
    { maritalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor', code: 'UNK' }] } },
    ['normalized-system Patient.maritalStatus.coding[0].system'],
  ],
  [
    'a type of identifier without system',
    { resourceType: 'Patient', identifier: [{ type: { coding: [{ code: 'Code' }] }, value: '1' }] },
    { identifier: [{ type: openimisType('Code'), value: '1' }] },
    ['normalized-system Patient.identifier[0].type.coding[0].system'],
  ],
  [
    'the kind of a line by code alone',
    claim({ item: [{ category: { coding: [{ code: 'item' }] } }] }),
    { item: [{ category: coded('claim-item-category', 'item') }] },
    ['normalized-system Claim.item[0].category.coding[0].system'],
  ],
  [
    'the kind of an asked item by code alone',
    { resourceType: 'CoverageEligibilityRequest', item: [{ category: { coding: [{ code: 'service' }] } }] },
    { item: [{ category: coded('coverage-item-category', 'service') }] },
    ['normalized-system CoverageEligibilityRequest.item[0].category.coding[0].system'],
  ],
  [
    'the kind of an asked item by the code system of claims',
    { resourceType: 'CoverageEligibilityRequest', item: [{ category: coded('claim-item-category', 'service') }] },
    { item: [{ category: coded('coverage-item-category', 'service') }] },
    ['normalized-system CoverageEligibilityRequest.item[0].category.coding[0].system'],
  ],
  [
    'an invoice whose codings have no system',
    {
      resourceType: 'Invoice',
      type: { coding: [{ code: 'contribution' }] },
      lineItem: [
        {
          chargeItemCodeableConcept: { coding: [{ code: 'policy' }] },
          priceComponent: [{ code: { coding: [{ code: 'Code' }] } }],
        },
      ],
    },
    {
      type: coded('invoice-type', 'contribution'),
      lineItem: [
        {
          chargeItemCodeableConcept: coded('invoice-charge-item', 'policy'),
          priceComponent: [{ code: openimisType('Code') }],
        },
      ],
    },
    [
      'normalized-system Invoice.type.coding[0].system',
      'normalized-system Invoice.lineItem[0].chargeItem.coding[0].system',
      'normalized-system Invoice.lineItem[0].priceComponent[0].code.coding[0].system',
    ],
  ],
  [
    'a bill whose codings have no system',
    {
      resourceType: 'Invoice',
      type: { coding: [{ code: 'claim-batch' }] },
      lineItem: [{ chargeItemCodeableConcept: { coding: [{ code: 'claim' }] } }],
    },
    {
      type: coded('bill-type', 'claim-batch'),
      lineItem: [{ chargeItemCodeableConcept: coded('bill-charge-item', 'claim') }],
    },
    [
      'normalized-system Invoice.type.coding[0].system',
      'normalized-system Invoice.lineItem[0].chargeItem.coding[0].system',
    ],
  ],
  [
    'the kind of an organisation by code alone',
    { resourceType: 'Organization', type: [{ coding: [{ code: 'prov' }] }] },
    { type: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/organization-type', code: 'prov' }] }] },
    ['normalized-system Organization.type[0].coding[0].system'],
  ],
  [
    'the kind of a practitioner by code alone',
    { resourceType: 'Practitioner', qualification: [{ code: { coding: [{ code: 'CA' }] } }] },
    { qualification: [{ code: coded('practitioner-qualification-type', 'CA') }] },
    ['normalized-system Practitioner.qualification[0].code.coding[0].system'],
  ],
  [
    'the kind of a role by code alone',
    { resourceType: 'PractitionerRole', code: [{ coding: [{ code: 'EO' }] }] },
    { code: [coded('practitioner-qualification-type', 'EO')] },
    ['normalized-system PractitionerRole.code[0].coding[0].system'],
  ],
  [
    'an openIMIS code under the group types of HL7',
    {
      resourceType: 'Group',
      extension: [
        {
          url: structure('group-type'),
          valueCodeableConcept: { coding: [{ system: 'http://hl7.org/fhir/group-type', code: 'H' }] },
        },
      ],
    },
    { extension: [{ url: structure('group-type'), valueCodeableConcept: coded('group-type', 'H') }] },
    ['normalized-system Group.extension[0].value.coding[0].system'],
  ],
  [
    'codes in capitals',
    { resourceType: 'Patient', gender: 'MALE', name: [{ use: 'Official' }] },
    { gender: 'male', name: [{ use: 'official' }] },
    ['normalized-code Patient.gender', 'normalized-code Patient.name[0].use'],
  ],
  [
    'a code of a code system in other capitals',
    claim({ type: coded('claim-visit-type', 'o'), item: [{ category: coded('claim-item-category', 'Service') }] }),
    { type: coded('claim-visit-type', 'O'), item: [{ category: coded('claim-item-category', 'service') }] },
    ['normalized-code Claim.type.coding[0].code', 'normalized-code Claim.item[0].category.coding[0].code'],
  ],
  [
    'the kind of a line by text',
    claim({ item: [{ category: { text: 'item' } }, { category: { text: 'service' } }] }),
    {
      item: [
        { category: { ...coded('claim-item-category', 'item'), text: 'item' } },
        { category: { ...coded('claim-item-category', 'service'), text: 'service' } },
      ],
    },
    ['normalized-category Claim.item[0].category', 'normalized-category Claim.item[1].category'],
  ],
  [
    'the kind of supporting information by text',
    claim({ supportingInfo: [{ category: { text: 'attachment' } }] }),
    {
      supportingInfo: [{ category: { ...coded('claim-supporting-info-category', 'attachment'), text: 'attachment' } }],
    },
    ['normalized-category Claim.supportingInfo[0].category'],
  ],
  ...[
    ['Idle', 'offered'],
    ['Active', 'executed'],
    ['Policy', 'policy'],
    ['Terminated', 'terminated'],
  ].map(
    ([sent, written]): Form => [
      `a contract that is ${sent}`,
      { resourceType: 'Contract', status: sent! },
      { status: written! },
      ['normalized-code Contract.status'],
    ],
  ),
  [
    'an invoice that is active',
    { resourceType: 'Invoice', status: 'active' },
    { status: 'issued' },
    ['normalized-code Invoice.status'],
  ],
  [
    'what is left of a service, and its category beside it',
    {
      resourceType: 'CoverageEligibilityResponse',
      insurance: [
        {
          item: [
            {
              category: coded('coverage-item-category', 'service'),
              productOrService: { text: 'A1' },
              benefit: [{ type: coded('coverage-item-benefit-type', 'service_left') }],
            },
          ],
        },
      ],
    },
    {
      insurance: [
        {
          item: [
            { productOrService: { text: 'A1' }, benefit: [{ type: coded('coverage-item-benefit-type', 'item_left') }] },
          ],
        },
      ],
    },
    [
      'normalized-code CoverageEligibilityResponse.insurance[0].item[0].benefit[0].type.coding[0].code',
      'normalized-surplus CoverageEligibilityResponse.insurance[0].item[0].category',
    ],
  ],
  [
    'the currency $',
    claim({ total: { value: 10, currency: '$' }, item: [{ unitPrice: { value: 10, currency: '$' } }] }),
    { total: { value: 10, currency: 'TZS' }, item: [{ unitPrice: { value: 10, currency: 'TZS' } }] },
    ['normalized-currency Claim.total.currency', 'normalized-currency Claim.item[0].unitPrice.currency'],
  ],
  [
    'booleans as text',
    {
      resourceType: 'Patient',
      active: 'True',
      extension: [{ url: structure('patient-is-head'), valueBoolean: 'false' }],
    },
    { active: true, extension: [{ url: structure('patient-is-head'), valueBoolean: false }] },
    ['normalized-boolean Patient.active', 'normalized-boolean Patient.extension[0].value'],
  ],
  [
    'a date with a time',
    { resourceType: 'Patient', birthDate: '1990-05-17T00:00:00', deceasedDateTime: '2026-01-01T10:00:00Z' },
    { birthDate: '1990-05-17', deceasedDateTime: '2026-01-01T10:00:00Z' },
    ['normalized-date Patient.birthDate'],
  ],
  [
    'the suffix of a photo',
    { resourceType: 'Patient', photo: [{ contentType: 'jpg' }] },
    { photo: [{ contentType: 'image/jpeg' }] },
    ['normalized-media-type Patient.photo[0].contentType'],
  ],
  [
    'an id in capitals',
    { resourceType: 'Patient', id: UPPER },
    { id: LOWER },
    ['normalized-id Patient.id'],
    { id: LOWER },
  ],
  [
    'a package without denominator',
    { resourceType: 'Medication', amount: { numerator: { value: 1000 } } },
    { amount: { numerator: { value: 1000 }, denominator: { value: 1 } } },
    ['normalized-default Medication.amount'],
  ],
  ...[
    ['Patient', 'SB'],
    ['Group', 'SB'],
    ['Claim', 'MR'],
    ['Practitioner', 'FILL'],
    ['Organization', 'FI'],
    ['Location', 'FI'],
    ['Location', 'LC'],
    ['Medication', 'IC'],
    ['ActivityDefinition', 'SC'],
  ].map(
    ([resourceType, code]): Form => [
      `${resourceType}: an identifier of type ${code}`,
      {
        ...(resourceType === 'Claim' ? claim({}) : { resourceType: resourceType! }),
        identifier: [{ value: '0' }, { type: { coding: [{ system: V2, code: code! }] }, value: '1' }],
      },
      { identifier: [{ value: '0' }, { type: openimisType('Code'), value: '1' }] },
      [`normalized-identifier ${resourceType}.identifier[1].type.coding[0]`],
    ],
  ),
  [
    'a number of the database as a code of openIMIS',
    {
      resourceType: 'Coverage',
      identifier: [{ type: { coding: [{ system: 'CodeSystem/openimis-identifiers', code: 'ACSN' }] }, value: '1' }],
    },
    { identifier: [{ type: { coding: [{ system: V2, code: 'ACSN' }] }, value: '1' }] },
    [
      'normalized-system Coverage.identifier[0].type.coding[0].system',
      'normalized-identifier Coverage.identifier[0].type.coding[0].system',
    ],
  ],
  [
    'a claim without status, use and priority, and with an insurance without focal',
    { resourceType: 'Claim', insurance: [{ sequence: 1 }] },
    {
      insurance: [{ sequence: 1, focal: true }],
      status: 'active',
      use: 'claim',
      priority: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/processpriority', code: 'normal' }] },
    },
    [
      'normalized-default Claim.status',
      'normalized-default Claim.use',
      'normalized-default Claim.priority',
      'normalized-default Claim.insurance[0].focal',
    ],
  ],
  [
    'the dates of a policy as the later guide has them',
    {
      resourceType: 'Coverage',
      extension: [
        {
          url: 'https://github.com/openimis/openimis_fhir_r5_ig/StructureDefinition/coverage-effective-date',
          valueDate: '2026-02-01',
        },
        {
          url: 'https://github.com/openimis/openimis_fhir_r5_ig/StructureDefinition/coverage-enroll-date',
          valueDate: '2026-01-01',
        },
      ],
    },
    {
      extension: [
        { url: structure('coverage-date'), valueDate: '2026-01-01' },
        { url: structure('coverage-date'), valueDate: '2026-02-01' },
      ],
    },
    ['normalized-url Coverage.extension'],
  ],
  [
    'a bill that is paid',
    { resourceType: 'PaymentNotice', request: { reference: `Bill/${LOWER}`, type: 'Bill' } },
    { request: { reference: `Invoice/${LOWER}`, type: 'Invoice' } },
    ['normalized-reference PaymentNotice.request'],
  ],
  [
    'the insurer by the text openIMIS',
    { resourceType: 'CoverageEligibilityRequest', insurer: { reference: 'openIMIS' } },
    { insurer: { reference: 'Organization/fund' } },
    ['normalized-reference CoverageEligibilityRequest.insurer.reference'],
  ],
  [
    'the insurer by its code',
    { resourceType: 'CoverageEligibilityRequest', insurer: { reference: 'openIMIS' } },
    { insurer: { reference: 'Organization/openIMIS-Implementation' } },
    ['normalized-reference CoverageEligibilityRequest.insurer.reference'],
    { targets: { 'Organization/openIMIS': ['openIMIS-Implementation'] } },
  ],
  [
    'a patient by the insuree number',
    { resourceType: 'Coverage', beneficiary: { reference: 'Patient/070707' } },
    { beneficiary: { reference: `Patient/${LOWER}` } },
    ['normalized-reference Coverage.beneficiary.reference'],
    { targets: { 'Patient/070707': [LOWER] } },
  ],
  [
    'a patient by id without type',
    { resourceType: 'Coverage', beneficiary: { reference: 'john-doe' } },
    { beneficiary: { reference: 'Patient/john-doe' } },
    ['normalized-reference Coverage.beneficiary.reference'],
    { targets: { 'Patient/john-doe': ['john-doe'] } },
  ],
  ...['/Patient/070707', 'https://imis.example/api/api_fhir_r4/Patient/070707'].map(
    (reference): Form => [
      `a patient as ${reference}`,
      { resourceType: 'Coverage', beneficiary: { reference } },
      { beneficiary: { reference: `Patient/${LOWER}` } },
      ['normalized-reference Coverage.beneficiary.reference'],
      { targets: { 'Patient/070707': [LOWER] } },
    ],
  ),
  [
    'a UUID in capitals in a reference',
    claim({ provider: { reference: `Organization/${UPPER}` } }),
    { provider: { reference: `Organization/${LOWER}` } },
    ['normalized-id Claim.provider.reference'],
    { targets: { [`Organization/${UPPER}`]: [LOWER] } },
  ],
  [
    'a reference by code among several',
    { resourceType: 'Coverage', beneficiary: { reference: 'Patient/070707' } },
    { beneficiary: { reference: 'Patient/070707' } },
    ['not-normalized Coverage.beneficiary.reference'],
    { targets: { 'Patient/070707': ['a', 'b'] } },
  ],
  [
    'a reference by type and code',
    claim({ enterer: { type: 'Practitioner', identifier: { type: openimisType('Code'), value: 'VIDS' } } }),
    {
      enterer: {
        type: 'Practitioner',
        identifier: { type: openimisType('Code'), value: 'VIDS' },
        reference: 'Practitioner/p1',
      },
    },
    ['normalized-reference Claim.enterer.reference'],
    { targets: { 'Practitioner?|VIDS': ['p1'] } },
  ],
  [
    'a reference by type and UUID',
    claim({ patient: { identifier: { type: openimisType('UUID'), value: UPPER } } }),
    { patient: { identifier: { type: openimisType('UUID'), value: UPPER }, reference: `Patient/${LOWER}` } },
    ['normalized-reference Claim.patient.reference'],
    { targets: { [`Patient/${UPPER}`]: [LOWER] } },
  ],
  [
    'contained resources by type and UUID, of which one is stored',
    claim({
      contained: [
        { resourceType: 'Patient', id: 'p1' },
        { resourceType: 'Organization', id: 'o1' },
      ],
      patient: { reference: '#Patient/p1' },
      provider: { reference: '#Organization/o1' },
    }),
    {
      contained: [{ resourceType: 'Organization', id: 'o1' }],
      patient: { reference: 'Patient/p1' },
      provider: { reference: '#o1' },
    },
    [
      'normalized-contained Claim.patient.reference',
      'normalized-contained Claim.provider.reference',
      'normalized-contained Claim.contained[0]',
    ],
    { targets: { 'Patient/p1': ['p1'] } },
  ],
  [
    'an answer that does not say to which claim',
    { resourceType: 'ClaimResponse', id: 'c1' },
    { request: { reference: 'Claim/c1' } },
    ['normalized-reference ClaimResponse.request'],
    { id: 'c1', targets: { 'Claim/c1': ['c1'] } },
  ],
  ...[
    { billablePeriod: { start: '2026-06-03' }, created: '2027-02-01' },
    { item: [{ servicedDate: '2026-06-03' }], created: '2027-02-01' },
    { created: '2026-06-03T23:00:00Z' },
  ].map(
    (dates): Form => [
      `a claim without insurance, its day being that of its ${Object.keys(dates)[0]}`,
      claim({ insurance: [], patient: { reference: 'Patient/p1' }, ...(dates as JsonObject) }),
      { insurance: [{ sequence: 1, focal: true, coverage: { reference: 'Coverage/c1' } }] },
      ['normalized-insurance Claim.insurance'],
      { coverages: [IN_FORCE, coverage('c2', '2026-01-01', 'cancelled'), coverage('c3', '2026-07-01')] },
    ],
  ),
  ...[[], [IN_FORCE, coverage('c4', '2026-02-01')]].map(
    (coverages): Form => [
      `a claim without insurance of a patient with ${coverages.length} coverages in force`,
      claim({ insurance: [], patient: { reference: 'Patient/p1' }, created: '2026-06-03' }),
      { insurance: [] },
      ['not-normalized Claim.insurance'],
      { coverages },
    ],
  ),
];
