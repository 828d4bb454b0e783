import { readRoles } from '../security/read-roles.ts';
import type { Role, TypeRule } from '../security/role.ts';
import type { Deps } from './context.ts';
import { createReadRows } from './deps-of-caller.ts';
import { rootMembers } from './subset-resource.ts';

/** The rules of a role by type, also those of an emergency. */
const rulesOf = ({ types, emergency }: Role): [resourceType: string, rule: TypeRule][] => [
  ...types,
  ...(emergency?.types ?? []),
];

/**
 * Reads the roles of a folder, and holds what they say to what this server knows: searches of rows, parameters, operations.
 * @throws {Error} naming the role, the type and what is wrong
 */
export const loadRoles = (
  folder: string,
  deps: Deps,
  operationCodes: ReadonlySet<string>,
): ReadonlyMap<string, Role> => {
  const { definitions } = deps;
  const roles = readRoles(folder, definitions.resourceTypes);
  const readRows = createReadRows(deps);
  for (const role of roles.values()) {
    for (const [resourceType, { rows, writes = [], exact, operations, elements = [] }] of rulesOf(role)) {
      const place = `The role ${role.name} cannot be used: ${resourceType}`;
      for (const query of [...rows, ...writes]) {
        try {
          readRows(resourceType, query.replaceAll('{organization}', 'Organization/x'));
        } catch (cause) {
          throw new Error(`${place}?${query}: ${cause instanceof Error ? cause.message : cause}`, { cause });
        }
      }
      const parameters = definitions.searchParameters(resourceType);
      const known = new Set([...rootMembers(definitions, resourceType).values()].map(({ element }) => element));
      const strange = [
        [...exact].find(name => !parameters.has(name)),
        elements.find(name => !known.has(name)),
        [...operations].find(code => code !== '*' && !operationCodes.has(code)),
      ].find(name => name !== undefined);
      if (strange !== undefined) throw new Error(`${place} has no ${strange}, as parameter, element or operation`);
    }
  }
  return roles;
};
