import type { StructureWithSnapshot } from './published-r4.ts';

const published = (type: string, ...names: readonly string[]) =>
  names.map(name => ({ name, definition: `http://hl7.org/fhir/OperationDefinition/${type}-${name}` }));

/** Operations of single types, and the one of all. */
const OPERATIONS: Readonly<Record<string, readonly { name: string; definition: string }[]>> = {
  Group: [
    { name: 'everything', definition: 'https://kiungo.example/fhir/OperationDefinition/kiungo-group-everything' },
  ],
  Patient: [
    { name: 'everything', definition: 'https://kiungo.example/fhir/OperationDefinition/kiungo-patient-everything' },
  ],
  CodeSystem: published('CodeSystem', 'lookup', 'validate-code', 'subsumes'),
  StructureDefinition: [
    { name: 'json-schema', definition: 'https://kiungo.example/fhir/OperationDefinition/kiungo-json-schema' },
    ...published('StructureDefinition', 'snapshot'),
  ],
  ValueSet: published('ValueSet', 'expand', 'validate-code'),
};
const VALIDATE = { name: 'validate', definition: 'https://kiungo.example/fhir/OperationDefinition/kiungo-validate' };

const META = published('Resource', 'meta', 'meta-add', 'meta-delete');

const INTERACTIONS = [
  ...['create', 'read', 'vread', 'update', 'patch', 'delete'],
  ...['history-instance', 'history-type', 'search-type'],
];

/** Every resource type with every interaction that Kiungo has: a plain R4 server, for what is not about insurance. */
export const plainR4Capability = (types: readonly StructureWithSnapshot[]) => ({
  resourceType: 'CapabilityStatement',
  id: 'r4',
  url: 'https://kiungo.example/fhir/CapabilityStatement/r4',
  name: 'KiungoR4',
  title: 'Plain R4 server',
  status: 'active',
  date: '2026-11-01',
  description: 'Every resource type of R4 on its base definition; no insurance rules, no referential integrity.',
  kind: 'requirements',
  fhirVersion: '4.0.1',
  format: ['application/fhir+json', 'json', 'application/fhir+xml', 'xml'],
  patchFormat: ['application/json-patch+json', 'application/merge-patch+json', 'application/fhir+json'],
  rest: [
    {
      mode: 'server',
      resource: types
        .filter(structure => !structure.abstract)
        .map(structure => structure.type)
        .sort()
        .map(type => ({
          type,
          profile: `http://hl7.org/fhir/StructureDefinition/${type}`,
          interaction: INTERACTIONS.map(code => ({ code })),
          versioning: 'versioned-update',
          readHistory: true,
          updateCreate: true,
          conditionalCreate: true,
          conditionalUpdate: true,
          conditionalDelete: 'single',
          operation: [...(OPERATIONS[type] ?? []), VALIDATE, ...META],
        })),
      interaction: ['transaction', 'batch', 'search-system', 'history-system'].map(code => ({ code })),
      operation: [VALIDATE, ...published('Resource', 'meta')],
    },
  ],
});
