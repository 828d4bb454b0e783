import { isJsonObject, type Json, type JsonObject } from '../fhir/resource.ts';
import { OPENIMIS } from '../insurance/openimis-codes.ts';
import { codingWritten } from './coding-written.ts';
import { objectsIn, type Rewriting, withItem } from './rewriting.ts';

const IDENTIFIERS = `${OPENIMIS}/CodeSystem/openimis-identifiers`;
const V2_IDENTIFIERS = 'http://terminology.hl7.org/CodeSystem/v2-0203';

/** Types of the business code before there was `Code`, with the resources whose code they name. */
const LEGACY: ReadonlyMap<string, readonly string[]> = new Map([
  ['SB', ['Patient', 'Group']],
  ['MR', ['Claim', 'ClaimResponse']],
  ['FILL', ['Practitioner', 'PractitionerRole']],
  ['FI', ['Organization', 'Location']],
  ['LC', ['Location']],
  ['IC', ['Medication']],
  ['SC', ['ActivityDefinition']],
]);

const codingsOf = (identifier: JsonObject): { item: JsonObject; index: number }[] =>
  isJsonObject(identifier.type) ? objectsIn(identifier.type.coding) : [];

const isCode = (identifier: JsonObject): boolean => codingsOf(identifier).some(({ item: { code } }) => code === 'Code');

/** An identifier of a legacy type becomes the one of type `Code`, unless there is one already or it is not certain which. */
const legacyType = (code: string, types: readonly string[]): Rewriting => ({
  rule: 'normalized-identifier',
  elements: types,
  sent: `an identifier of type \`${code}\`, and none of type \`Code\``,
  written: 'the type `Code` of `openimis-identifiers`',
  rewrite: value => {
    if (!isJsonObject(value)) return undefined;
    const identifiers = objectsIn(value.identifier);
    if (identifiers.some(({ item }) => isCode(item))) return undefined;
    const legacy = identifiers.flatMap(({ item, index }) =>
      codingsOf(item)
        .filter(coding => coding.item.code === code)
        .map(coding => ({ identifier: item, at: index, codingAt: coding.index })),
    );
    const [only] = legacy;
    if (only === undefined || legacy.length > 1) return undefined;
    const type = only.identifier.type as JsonObject;
    const coding = withItem(type.coding as Json[], only.codingAt, { system: IDENTIFIERS, code: 'Code' });
    const identifier = { ...only.identifier, type: { ...type, coding } };
    return {
      value: { ...value, identifier: withItem(value.identifier as Json[], only.at, identifier) },
      said: `The identifier was of type \`${code}\`, and is now of type \`Code\`.`,
      at: `identifier[${only.at}].type.coding[${only.codingAt}]`,
    };
  },
});

/** Types of identifiers from before the guide had two of them. */
export const identifierRewritings: readonly Rewriting[] = [
  ...[...LEGACY].map(([code, types]) => legacyType(code, types)),
  {
    rule: 'normalized-identifier',
    elements: ['Identifier.type'],
    sent: '`PPN` (passport) or `ACSN` (number in the database) as a code of `openimis-identifiers`',
    written: 'the system `v2-0203` of HL7, which has them',
    rewrite: value =>
      codingWritten(value, ({ system, code }) =>
        system === IDENTIFIERS && (code === 'PPN' || code === 'ACSN')
          ? ['system', V2_IDENTIFIERS, `The code system was written as ${V2_IDENTIFIERS}.`]
          : undefined,
      ),
  },
];
