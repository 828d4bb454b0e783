import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Definitions } from '../definitions/definitions.ts';
import { loadDefinitions } from '../definitions/load-definitions.ts';
import type { Issue } from '../fhir/issue.ts';
import type { JsonObject, Resource } from '../fhir/resource.ts';
import type { Validator } from './create-validator.ts';

/** Valid resources written for the tests of this folder, and definitions to judge them by. */

const profiles = (set: string) => new URL(`../../profiles/${set}`, import.meta.url).pathname;

export const r4 = loadDefinitions({ folders: [profiles('r4')], packages: [] });

let root: string | undefined;

/** A folder for the definitions of this process, removed at its end. */
function temporaryFolder(): string {
  if (root === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'kiungo-definitions-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    root = made;
  }
  return mkdtempSync(join(root, 'set-'));
}

/** R4 and some more conformance resources. */
export function definitionsWith(...resources: JsonObject[]): Definitions {
  const folder = temporaryFolder();
  for (const resource of resources) {
    writeFileSync(join(folder, `${resource.resourceType}-${resource.id}.json`), JSON.stringify(resource));
  }
  return loadDefinitions({ folders: [profiles('r4'), folder], packages: [] });
}

/** The errors of a resource, after seeing that the generated check says the same as their count. */
export function errorsOf(validator: Validator, resource: JsonObject, profiles: readonly string[] = []): Issue[] {
  const errors = validator.validate(resource as Resource, profiles).filter(({ severity }) => severity === 'error');
  const explained = validator.explain(resource as Resource, profiles).filter(({ severity }) => severity === 'error');
  if (
    validator.isValid(resource as Resource, profiles) !== (explained.length === 0) ||
    errors.length !== explained.length
  ) {
    throw new Error(`The generated check and the explanation disagree: ${JSON.stringify(explained)}`);
  }
  return errors;
}

/** `rule expression` of every error. */
export const faultsOf = (validator: Validator, resource: JsonObject, profiles: readonly string[] = []): string[] =>
  errorsOf(validator, resource, profiles).map(({ rule, expression }) => `${rule} ${expression}`);

const concept = (system: string, code: string) => ({ coding: [{ system, code }] });

export const claim = (): Resource => ({
  resourceType: 'Claim',
  id: 'c1',
  meta: { lastUpdated: '2024-05-06T07:08:09.123+03:00' },
  text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>A claim</p></div>' },
  extension: [{ url: 'http://example.org/batch', valueString: 'b7' }],
  identifier: [{ system: 'http://example.org/claims', value: 'C-1' }],
  status: 'active',
  type: concept('http://terminology.hl7.org/CodeSystem/claim-type', 'institutional'),
  use: 'claim',
  patient: { reference: 'Patient/p1' },
  billablePeriod: { start: '2024-05-01', end: '2024-05-03' },
  created: '2024-05-06',
  provider: { reference: 'Organization/o1', type: 'Organization' },
  priority: concept('http://terminology.hl7.org/CodeSystem/processpriority', 'normal'),
  supportingInfo: [
    {
      sequence: 1,
      category: { text: 'weight' },
      valueQuantity: { value: 61.5, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
    },
  ],
  diagnosis: [{ sequence: 1, diagnosisCodeableConcept: { text: 'Fever' } }],
  insurance: [{ sequence: 1, focal: true, coverage: { reference: 'Coverage/v1' } }],
  item: [
    {
      sequence: 1,
      productOrService: { text: 'Consultation' },
      quantity: { value: 1 },
      unitPrice: { value: 10.5, currency: 'USD' },
    },
    {
      sequence: 2,
      productOrService: { text: 'Drug' },
      servicedDate: '2024-05-02',
      quantity: { value: 10 },
      detail: [{ sequence: 1, productOrService: { text: 'Tablet' } }],
    },
  ],
  total: { value: 20.5, currency: 'USD' },
});

export const patient = (): Resource => ({
  resourceType: 'Patient',
  id: 'p1',
  contained: [{ resourceType: 'Organization', id: 'org', name: 'Clinic' }],
  identifier: [{ type: { text: 'Number' }, value: '123', assigner: { display: 'Scheme' } }],
  active: true,
  name: [
    {
      use: 'official',
      family: 'Doe',
      _family: {
        extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/humanname-own-name', valueString: 'Doe' }],
      },
      given: ['Jane', null],
      _given: [null, { extension: [{ url: 'http://example.org/unknown-name', valueBoolean: true }] }],
    },
  ],
  telecom: [{ system: 'phone', value: '+256700000000' }],
  gender: 'female',
  birthDate: '1990-02',
  _birthDate: { id: 'b' },
  multipleBirthInteger: 2,
  contact: [{ name: { text: 'A friend' } }],
  managingOrganization: { reference: '#org' },
  link: [{ other: { reference: 'Patient/p2' }, type: 'seealso' }],
});

export const coverage = (): Resource => ({
  resourceType: 'Coverage',
  status: 'active',
  beneficiary: { reference: 'http://example.org/fhir/Patient/p1/_history/3' },
  period: { start: '2024-01-01T00:00:00Z', end: '2024-12' },
  payor: [{ identifier: { value: 'scheme' }, type: 'Organization' }],
  costToBeneficiary: [{ valueMoney: { value: 5, currency: 'KES' } }],
});

export const questionnaire = (): Resource => ({
  resourceType: 'Questionnaire',
  status: 'draft',
  item: [
    {
      linkId: '1',
      type: 'group',
      item: [{ linkId: '1.1', type: 'group', item: [{ linkId: '1.1.1', type: 'string' }] }],
    },
  ],
});

export const bundle = (): Resource => ({
  resourceType: 'Bundle',
  type: 'transaction',
  entry: [
    {
      fullUrl: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
      resource: patient(),
      request: { method: 'POST', url: 'Patient' },
    },
    { resource: coverage(), request: { method: 'PUT', url: 'Coverage?identifier=1' } },
  ],
});

export const parameters = (): Resource => ({
  resourceType: 'Parameters',
  parameter: [
    { name: 'resource', resource: claim() },
    { name: 'mode', valueCode: 'create' },
    { name: 'more', part: [{ name: 'x', valueInteger: 0 }] },
  ],
});

export const validResources = { claim, patient, coverage, questionnaire, bundle, parameters };
