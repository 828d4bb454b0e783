import type { Extension, Group } from 'fhir/r4.js';
import type { JsonObject } from '../../fhir/resource.ts';
import { addressOf, type IdentifierNames, identifiersOf } from './member-record.ts';

const EXTENSIONS = 'https://openimis.github.io/openimis_fhir_r4_ig/StructureDefinition/group-';

const extensionOf = ({ extension = [] }: Group, name: string): Extension | undefined =>
  extension.find(({ url }) => url === `${EXTENSIONS}${name}`);

/**
 * What a peer is told of a family: of what is known of it, only these attributes.
 * @param members records of those whom the peer may see
 */
export const groupRecord = (
  group: Group,
  members: readonly JsonObject[],
  { attributes, names }: { attributes: ReadonlySet<string>; names: IdentifierNames },
): JsonObject => {
  const parts: Readonly<Record<string, unknown>> = {
    group_identifier: identifiersOf(group.identifier, names),
    group_type: extensionOf(group, 'type')?.valueCodeableConcept?.coding?.[0]?.display ?? 'Household',
    group_size: group.quantity ?? group.member?.length ?? 0,
    address: [extensionOf(group, 'address')?.valueAddress].flatMap(each =>
      each === undefined ? [] : [addressOf(each)],
    ),
    poverty_status: extensionOf(group, 'poverty-status')?.valueBoolean,
    member_list: members,
    last_update: group.meta?.lastUpdated,
  };
  const told = Object.entries(parts).filter(([name, value]) => attributes.has(name) && value !== undefined);
  return { '@type': 'Group', ...(Object.fromEntries(told) as JsonObject) };
};
