const OPENIMIS = 'https://openimis.github.io/openimis_fhir_r4_ig';

const coding = (system: string, code: string, display: string) => ({ coding: [{ system, code, display }] });

/** What a line asks for: resources of `scheme/demo.json`. */
const LINES = [
  ['service', 'ActivityDefinition/outpatient-consultation', 'Outpatient consultation', 1, '12.00'],
  ['service', 'ActivityDefinition/malaria-rapid-test', 'Malaria rapid diagnostic test', 1, '4.50'],
  ['item', 'Medication/artemether-lumefantrine', 'Artemether 20 mg with lumefantrine 120 mg, tablets', 24, '0.35'],
  ['item', 'Medication/paracetamol-500', 'Paracetamol 500 mg, tablets', 20, '0.05'],
  ['item', 'Medication/oral-rehydration-salts', 'Oral rehydration salts, sachets', 6, '0.40'],
] as const;

/** The number of different patients that `benchPatients` and `claimBody` know. */
export const PATIENTS = 500;

const NARRATIVE = LINES.map(
  ([, , name, quantity, price]) => `<tr><td>${name}</td><td>${quantity}</td><td>${price}</td></tr>`,
).join('');

/** The text of the claim number `index`: about 6 KB, 5 lines, as a hospital's system prints it. Different numbers, different claims. */
export const claimBody = (index: number): string =>
  claimText(index, { system: 'https://sumbe-hospital.example/invoices', value: `INV-2026-${index}` });

/** The same claim as one that claims openIMIS' own profile, by which it has no identifiers but those of openIMIS. */
export const openimisClaimBody = (index: number): string =>
  claimText(
    index,
    {
      type: coding(`${OPENIMIS}/CodeSystem/openimis-identifiers`, 'UUID', 'UUID'),
      value: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    },
    { meta: { profile: [`${OPENIMIS}/StructureDefinition/openimis-claim`] } },
  );

/** The same claim for an insuree of that id, who has a coverage of the same id, to that insurer. */
export const claimOfInsuree = (index: number, insuree: string, insurer: string): string =>
  claimText(
    index,
    { system: 'https://sumbe-hospital.example/invoices', value: `INV-2026-${index}` },
    { insuree, insurer: { reference: insurer } },
  );

const claimText = (
  index: number,
  identifier: object,
  {
    insuree: patient = `bench-${index % PATIENTS}`,
    insurer,
    meta,
  }: { insuree?: string; insurer?: object; meta?: object } = {},
): string => {
  const claim = {
    resourceType: 'Claim',
    meta,
    text: {
      status: 'generated',
      div: `<div xmlns="http://www.w3.org/1999/xhtml"><table><tbody>${NARRATIVE}</tbody></table></div>`,
    },
    identifier: [
      { type: coding(`${OPENIMIS}/CodeSystem/openimis-identifiers`, 'Code', 'Code'), value: `BENCH-${index}` },
      identifier,
    ],
    status: 'active',
    type: coding(`${OPENIMIS}/CodeSystem/claim-visit-type`, 'O', 'Other'),
    use: 'claim',
    patient: { reference: `Patient/${patient}`, type: 'Patient' },
    billablePeriod: { start: '2026-06-10', end: '2026-06-10' },
    created: `2026-06-${String((index % 19) + 11)}`,
    insurer,
    enterer: { reference: 'Practitioner/salima-otieno', display: 'Salima Otieno' },
    provider: { reference: 'Organization/sumbe-hospital', display: 'Sumbe Hospital' },
    priority: coding('http://terminology.hl7.org/CodeSystem/processpriority', 'normal', 'Normal'),
    supportingInfo: [
      {
        sequence: 1,
        category: coding(`${OPENIMIS}/CodeSystem/claim-supporting-info-category`, 'explanation', 'Explanation'),
        valueString: 'Fever for three days, rapid test positive, treated as an outpatient and sent home with medicine.',
      },
    ],
    diagnosis: ['B54', 'R50'].map((code, position) => ({
      sequence: position + 1,
      diagnosisCodeableConcept: { coding: [{ system: `${OPENIMIS}/CodeSystem/diagnosis-ICD10-level1`, code }] },
    })),
    insurance: [{ sequence: 1, focal: true, coverage: { reference: `Coverage/${patient}` } }],
    item: LINES.map(([category, reference, text, quantity], position) => ({
      extension: [{ url: `${OPENIMIS}/StructureDefinition/claim-item-reference`, valueReference: { reference } }],
      sequence: position + 1,
      category: coding(
        `${OPENIMIS}/CodeSystem/claim-item-category`,
        category,
        category === 'item' ? 'Item' : 'Service',
      ),
      productOrService: { text },
      quantity: { value: quantity },
      unitPrice: { value: `PRICE-${position}`, currency: 'USD' },
    })),
    total: { value: 'TOTAL', currency: 'USD' },
  };
  const text = JSON.stringify(claim, undefined, 1).replace('"TOTAL"', '28.30');
  return text.replace(/"PRICE-(\d)"/g, (_whole, position: string) => LINES[Number(position)]![4]);
};

const openimisIdentifier = (code: string, value: string) => [
  { type: { coding: [{ system: `${OPENIMIS}/CodeSystem/openimis-identifiers`, code }] }, value },
];

/** The patient of an id that `claimBody` uses, like bench-7. */
export const benchPatient = (id: string) => {
  const index = Number(id.slice('bench-'.length));
  return {
    resourceType: 'Patient',
    id,
    identifier: openimisIdentifier('Code', `9${String(index).padStart(8, '0')}`) as object[],
    name: [{ use: 'official', family: `Family${index % 100}`, given: [`Given${index}`] }],
    gender: index % 2 === 0 ? 'female' : 'male',
    birthDate: `19${60 + (index % 40)}-03-14`,
    address: [{ use: 'home', type: 'physical', city: 'Moru', district: 'Sumbe', state: 'Lorani' }],
  };
};

/** The coverage of a patient under the policy of a holder, who may be the same. */
export const benchCoverage = (id: string, index: number, holder = id) => ({
  resourceType: 'Coverage',
  id,
  extension: ['2025-12-10', '2026-01-01'].map(valueDate => ({
    url: `${OPENIMIS}/StructureDefinition/coverage-date`,
    valueDate,
  })),
  identifier: openimisIdentifier('UUID', `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`),
  status: 'active',
  policyHolder: { reference: `Patient/${holder}` },
  beneficiary: { reference: `Patient/${id}` },
  period: { start: '2026-01-01', end: '2026-12-31' },
  payor: [{ reference: `Patient/${holder}` }],
  class: [
    {
      type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/coverage-class', code: 'plan' }] },
      value: 'SUM-BASIC',
      name: 'Sumbe basic cover',
    },
  ],
});

/** A patient and his coverage for every number that `claimBody` uses, as resources to PUT. */
export const benchPatients = (): { resourceType: string; id: string }[] =>
  Array.from({ length: PATIENTS }, (_none, index) => {
    const id = `bench-${index}`;
    return [benchPatient(id), benchCoverage(id, index)];
  }).flat();
