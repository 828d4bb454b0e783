import type { JsonObject, Resource } from '../fhir/resource.ts';
import type { Site } from './test-sites.ts';

/** A way to break an invariant. */
interface Broken {
  readonly what: string;
  readonly expression: string;
  readonly keys: readonly (string | number)[];
  edit(owner: JsonObject): void;
}

/** Invariants of data types, each broken in a value of the type by what is put over it. */
const ofTypes: Readonly<Record<string, readonly [key: string, over: JsonObject, without?: readonly string[]][]>> = {
  Period: [['per-1', { start: '2024-03-02', end: '2024-03-01' }]],
  Quantity: [['qty-3', { code: 'kg' }, ['system']]],
  Range: [['rng-2', { low: { value: 3 }, high: { value: 2 } }]],
  Ratio: [['rat-1', { numerator: { value: 1 } }, ['denominator', 'extension']]],
  Attachment: [['att-1', { data: 'QUJD' }, ['contentType']]],
  ContactPoint: [['cpt-2', { value: '1' }, ['system']]],
  Timing: [['tim-1', { repeat: { duration: 1 } }]],
};

/** Where the invariant is one of `Timing.repeat`, it is told there. */
const below: Readonly<Record<string, string>> = { 'tim-1': '.repeat' };

/** Invariants of resources: what is put over the resource, what is taken away, and where it is told. */
const ofResources: Readonly<
  Record<string, readonly { key: string; over?: JsonObject; without?: readonly string[]; at?: string }[]>
> = {
  Patient: [{ key: 'pat-1', over: { contact: [{ gender: 'male' }] }, at: '.contact[0]' }],
  Organization: [
    { key: 'org-1', without: ['name', 'identifier', '_name'] },
    { key: 'org-2', over: { address: [{ use: 'home', text: 'x' }] }, at: '.address[0]' },
    { key: 'org-3', over: { telecom: [{ use: 'home', system: 'phone', value: '1' }] }, at: '.telecom[0]' },
  ],
  InsurancePlan: [{ key: 'ipn-1', without: ['name', 'identifier', '_name'] }],
  Group: [{ key: 'grp-1', over: { actual: false, member: [{ entity: { reference: 'Patient/1' } }] } }],
  List: [{ key: 'lst-1', over: { entry: [{ item: { reference: 'Basic/1' } }], emptyReason: { text: 'x' } } }],
  Task: [{ key: 'inv-1', over: { lastModified: '2020-01-01', authoredOn: '2021-01-01' } }],
  CodeSystem: [{ key: 'csd-1', over: { concept: [{ code: 'a' }, { code: 'a' }] } }],
  ValueSet: [
    { key: 'vsd-1', over: { compose: { include: [{ concept: [{ code: 'a' }] }] } }, at: '.compose.include[0]' },
    {
      key: 'vsd-3',
      over: {
        compose: {
          include: [{ system: 'http://a', concept: [{ code: 'a' }], filter: [{ property: 'b', op: '=', value: 'c' }] }],
        },
      },
      at: '.compose.include[0]',
    },
  ],
  Questionnaire: [
    {
      key: 'que-2',
      over: {
        item: [
          { linkId: 'a', type: 'string' },
          { linkId: 'a', type: 'string' },
        ],
      },
    },
    {
      key: 'que-1',
      over: { item: [{ linkId: 'a', type: 'display', item: [{ linkId: 'b', type: 'string' }] }] },
      at: '.item[0]',
    },
    { key: 'que-3', over: { item: [{ linkId: 'a', type: 'display', code: [{ code: 'x' }] }] }, at: '.item[0]' },
  ],
  SearchParameter: [{ key: 'spd-1', over: { xpath: 'f:x' }, without: ['xpathUsage'] }],
  Measure: [
    {
      key: 'mea-1',
      over: {
        group: [
          {
            stratifier: [{ description: 'x', component: [{ criteria: { language: 'text/cql', expression: 'x' } }] }],
          },
        ],
      },
    },
  ],
  MeasureReport: [{ key: 'mrp-1', over: { type: 'data-collection', group: [{ code: { text: 'x' } }] } }],
  OperationDefinition: [
    {
      key: 'opd-2',
      over: { parameter: [{ name: 'x', use: 'in', min: 0, max: '1', type: 'Patient', searchType: 'token' }] },
      at: '.parameter[0]',
    },
  ],
  CapabilityStatement: [{ key: 'cpb-1', without: ['rest', 'messaging', 'document'] }],
  StructureDefinition: [{ key: 'sdf-6', without: ['snapshot', 'differential'] }],
  QuestionnaireResponse: [
    {
      key: 'qrs-1',
      over: { item: [{ linkId: 'a', answer: [{ valueString: 'x' }], item: [{ linkId: 'b' }] }] },
      at: '.item[0]',
    },
  ],
};

const change = (owner: JsonObject, over: JsonObject = {}, without: readonly string[] = []): void => {
  for (const name of without) delete owner[name];
  Object.assign(owner, structuredClone(over));
};

/** The ways to break the invariants that are known here, for what is in the resource. */
export function brokenRules({ resourceType }: Resource, sites: readonly Site[]): Broken[] {
  const broken: Broken[] = [];
  for (const { key, over, without, at = '' } of ofResources[resourceType] ?? []) {
    broken.push({
      what: `${key} of ${resourceType}`,
      expression: resourceType + at,
      keys: [],
      edit: owner => change(owner, over, without),
    });
  }
  for (const { type, keys, json, expression, repeats } of sites) {
    for (const [key, over, without] of ofTypes[type] ?? []) {
      broken.push({
        what: `${key} of ${expression.replaceAll(/\[\d+\]/g, '')}`,
        expression: expression + (repeats ? '[0]' : '') + (below[key] ?? ''),
        keys: [...keys, json, ...(repeats ? [0] : [])],
        edit: owner => change(owner, over, without),
      });
    }
  }
  return broken;
}
