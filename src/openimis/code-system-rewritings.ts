import { isJsonObject, type Json, type JsonObject } from '../fhir/resource.ts';
import { OPENIMIS } from '../insurance/openimis-codes.ts';
import { publishedUrl } from './canonical-rewritings.ts';
import { codingWritten } from './coding-written.ts';
import { memberWritten, type Rewriting, type RewritingContext, type Rewritten } from './rewriting.ts';

const V3 = 'http://terminology.hl7.org/CodeSystem/v3-';
const openimisSystem = (id: string): string => `${OPENIMIS}/CodeSystem/${id}`;

/** `CodeSystem/diagnosis`, alone or at the end of an address of the openIMIS API, which serves its code systems so. */
const RELATIVE = /^(?:.*\/api_fhir_r4)?\/*CodeSystem\/+([\w.-]+?)\/?$/;
/** Names under which the API serves code systems that are published under another one. */
const SERVED_AS: ReadonlyMap<string, string> = new Map([['diagnosis', 'diagnosis-ICD10-level1']]);

const absoluteSystem = (text: string, { definitions }: RewritingContext): string | undefined => {
  const name = RELATIVE.exec(text)?.[1];
  if (name === undefined) return publishedUrl(text);
  const system = openimisSystem(SERVED_AS.get(name) ?? name);
  return definitions.codeSystem(system) === undefined ? undefined : system;
};

/** A page of the R4 specification about a value set. */
const VALUE_SET_PAGE = /^https?:\/\/(?:www\.)?hl7\.org\/fhir\/(?:R4\/)?valueset-([\w-]+)\.html$/;

const systemOfPage = ({ system, code }: JsonObject, { definitions }: RewritingContext): string | undefined => {
  const name = typeof system === 'string' ? VALUE_SET_PAGE.exec(system)?.[1] : undefined;
  if (name === undefined || typeof code !== 'string') return undefined;
  const valueSet = definitions.valueSet(`http://hl7.org/fhir/ValueSet/${name}`);
  return valueSet?.systems.find(each => each !== '' && valueSet.judge(code, each) === 'yes');
};

const says = (system: string): string => `The code system was written as ${system}.`;

/** Elements whose codings mean a code system by where they stand, with the codes that do. */
const SYSTEMS_BY_PLACE: readonly { element: string; system: string; codes: readonly string[] }[] = [
  { element: 'Identifier.type', system: openimisSystem('openimis-identifiers'), codes: ['Code', 'UUID'] },
  { element: 'Claim.item.category', system: openimisSystem('claim-item-category'), codes: ['item', 'service'] },
  {
    element: 'CoverageEligibilityRequest.item.category',
    system: openimisSystem('coverage-item-category'),
    codes: ['item', 'service'],
  },
  { element: 'Invoice.type', system: openimisSystem('invoice-type'), codes: ['contribution', 'contract', 'funding'] },
  { element: 'Invoice.type', system: openimisSystem('bill-type'), codes: ['claim-batch', 'commission', 'fees'] },
  {
    element: 'Invoice.lineItem.chargeItem[x]',
    system: openimisSystem('invoice-charge-item'),
    codes: ['contribution', 'policy'],
  },
  {
    element: 'Invoice.lineItem.chargeItem[x]',
    system: openimisSystem('bill-charge-item'),
    codes: ['claim', 'commission', 'fees'],
  },
  { element: 'Invoice.lineItem.priceComponent.code', system: openimisSystem('openimis-identifiers'), codes: ['Code'] },
  {
    element: 'Organization.type',
    system: 'http://terminology.hl7.org/CodeSystem/organization-type',
    codes: ['prov', 'bus', 'ins'],
  },
  {
    element: 'Practitioner.qualification.code',
    system: openimisSystem('practitioner-qualification-type'),
    codes: ['CA', 'EO'],
  },
  { element: 'PractitionerRole.code', system: openimisSystem('practitioner-qualification-type'), codes: ['CA', 'EO'] },
];

/** Writes the system of the first coding in a concept for which `systemFor` knows a better one. */
const systemWritten = (
  concept: Json | undefined,
  systemFor: (coding: JsonObject) => string | undefined,
): Rewritten | undefined =>
  codingWritten(concept, coding => {
    const system = systemFor(coding);
    return system === undefined ? undefined : ['system', system, says(system)];
  });

const missingSystem = ({ element, system, codes }: (typeof SYSTEMS_BY_PLACE)[number]): Rewriting => ({
  rule: 'normalized-system',
  elements: [element],
  sent: `a coding without system, of code \`${codes.join('`, `')}\``,
  written: `the system \`${system.slice(system.lastIndexOf('/') + 1)}\``,
  rewrite: value =>
    systemWritten(value, coding =>
      coding.system === undefined && typeof coding.code === 'string' && codes.includes(coding.code)
        ? system
        : undefined,
    ),
});

/** One code system instead of another, for some of its codes. */
const otherSystem = (
  from: string,
  codes: readonly string[],
  to: string,
): ((coding: JsonObject) => string | undefined) => {
  const known = new Set<Json | undefined>(codes);
  return ({ system, code }) => (system === from && known.has(code) ? to : undefined);
};

const GROUP_TYPE = `${OPENIMIS}/StructureDefinition/group-type`;
const openimisGroupType = otherSystem(
  'http://hl7.org/fhir/group-type',
  ['C', 'G', 'H', 'O', 'P', 'S', 'T'],
  openimisSystem('group-type'),
);

/** Code systems that openIMIS and its clients write otherwise than R4 or the guide do. */
export const codeSystemRewritings: readonly Rewriting[] = [
  {
    rule: 'normalized-system',
    elements: ['Coding'],
    sent: 'a relative code system (`CodeSystem/patient-profession`), the address of the openIMIS API (`.../api_fhir_r4/CodeSystem/diagnosis/`), or a URL of the guide with a double slash',
    written: 'the published URL of the code system',
    rewrite: (value, _place, context) => {
      if (!isJsonObject(value) || typeof value.system !== 'string') return undefined;
      const system = absoluteSystem(value.system, context);
      return system === undefined ? undefined : memberWritten(value, 'system', system, says(system));
    },
  },
  {
    rule: 'normalized-system',
    elements: ['Coding'],
    sent: 'a page of the R4 specification as the code system (`http://hl7.org/fhir/valueset-marital-status.html`)',
    written: 'the code system that the value set of this page takes the code from',
    rewrite: (value, _place, context) => {
      if (!isJsonObject(value)) return undefined;
      const system = systemOfPage(value, context);
      return system === undefined ? undefined : memberWritten(value, 'system', system, says(system));
    },
  },
  ...SYSTEMS_BY_PLACE.map(missingSystem),
  {
    rule: 'normalized-system',
    elements: ['CoverageEligibilityRequest.item.category'],
    sent: 'a code of `claim-item-category`',
    written: 'the system `coverage-item-category`',
    rewrite: value =>
      systemWritten(
        value,
        otherSystem(
          openimisSystem('claim-item-category'),
          ['item', 'service'],
          openimisSystem('coverage-item-category'),
        ),
      ),
  },
  {
    rule: 'normalized-system',
    elements: ['Patient.maritalStatus'],
    sent: '`UNK` under the system `v3-MaritalStatus`, where it is not defined',
    written: 'the system `v3-NullFlavor`',
    rewrite: value => systemWritten(value, otherSystem(`${V3}MaritalStatus`, ['UNK'], `${V3}NullFlavor`)),
  },
  {
    rule: 'normalized-system',
    elements: ['Extension'],
    sent: 'an openIMIS code (`C`, `G`, `H`, `O`, `P`, `S`, `T`) under `http://hl7.org/fhir/group-type` in the extension `group-type`',
    written: 'the system `group-type` of openIMIS',
    rewrite: value => {
      if (!isJsonObject(value) || value.url !== GROUP_TYPE) return undefined;
      const { value: concept, said, at } = systemWritten(value.valueCodeableConcept, openimisGroupType) ?? {};
      return concept === undefined
        ? undefined
        : { ...memberWritten(value, 'valueCodeableConcept', concept, said!), at: `value.${at}` };
    },
  },
];
