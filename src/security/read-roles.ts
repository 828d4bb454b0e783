import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isJsonObject, type Json, type JsonObject } from '../fhir/resource.ts';
import { CONFIDENTIALITY, type Confidentiality, type Permission, type Role, type TypeRule } from './role.ts';

const LETTERS: Readonly<Record<string, Permission>> = {
  c: 'create',
  r: 'read',
  u: 'update',
  d: 'delete',
  s: 'search',
};

const fail = (where: string, text: string): never => {
  throw new Error(`${where} ${text}`);
};

const members = (value: Json | undefined, where: string, allowed: readonly string[]): JsonObject => {
  if (!isJsonObject(value)) return fail(where, 'must be an object');
  const strange = Object.keys(value).find(name => !allowed.includes(name));
  return strange === undefined ? value : fail(`${where}.${strange}`, `is not known here: ${allowed.join(', ')} are`);
};

const text = (value: Json | undefined, where: string): string =>
  typeof value === 'string' && value !== '' ? value : fail(where, 'must be a text');

const texts = (value: Json | undefined, where: string): string[] => {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return fail(where, 'must be a list of texts');
  return value.map((each, index) => text(each, `${where}[${index}]`));
};

const confidentiality = (value: Json | undefined, where: string): Confidentiality =>
  CONFIDENTIALITY.find(code => code === value) ?? fail(where, `must be one of ${CONFIDENTIALITY.join(', ')}`);

const permissions = (value: Json | undefined, where: string): ReadonlySet<Permission> => {
  const letters = typeof value === 'string' && /^c?r?u?d?s?$/.test(value) ? [...value] : undefined;
  return new Set(
    letters?.map(letter => LETTERS[letter]!) ?? fail(where, 'must be of the letters cruds, in that order'),
  );
};

const TYPE_MEMBERS = ['may', 'rows', 'writes', 'exact', 'elements', 'operations'];
const WRITES: readonly Permission[] = ['create', 'update', 'delete'];

const readTypeRule = (value: Json, where: string): TypeRule => {
  const rule = members(value, where, TYPE_MEMBERS);
  const may = permissions(rule.may, `${where}.may`);
  const elements = rule.elements === undefined ? undefined : texts(rule.elements, `${where}.elements`);
  if (elements !== undefined && WRITES.some(permission => may.has(permission))) {
    fail(`${where}.elements`, 'is for types that the role only reads: who writes a resource must see the whole');
  }
  return {
    may,
    rows: texts(rule.rows, `${where}.rows`),
    ...(rule.writes !== undefined && { writes: texts(rule.writes, `${where}.writes`) }),
    exact: new Set(texts(rule.exact, `${where}.exact`)),
    ...(elements !== undefined && { elements }),
    operations: new Set(texts(rule.operations, `${where}.operations`)),
  };
};

const readTypes = (value: Json | undefined, where: string, known: readonly string[]): Map<string, TypeRule> => {
  if (!isJsonObject(value)) return fail(where, 'must be an object');
  return new Map(
    Object.entries(value).map(([type, rule]) => {
      if (type !== '*' && !known.includes(type)) fail(`${where}.${type}`, 'is no resource type of R4');
      return [type, readTypeRule(rule, `${where}.${type}`)];
    }),
  );
};

const ROLE_MEMBERS = ['title', 'description', 'clearance', 'consents', 'types', 'operations', 'emergency'];

/**
 * Reads what a file says of a role. `resourceTypes` are those of R4.
 * @throws {Error} naming the place of what is missing or not known
 */
export const readRole = (name: string, value: Json, resourceTypes: readonly string[]): Role => {
  const role = members(value, name, ROLE_MEMBERS);
  const emergency =
    role.emergency === undefined ? undefined : members(role.emergency, `${name}.emergency`, ['types', 'clearance']);
  if (role.consents !== undefined && typeof role.consents !== 'boolean')
    fail(`${name}.consents`, 'must be true or false');
  return {
    name,
    title: text(role.title, `${name}.title`),
    description: text(role.description, `${name}.description`),
    clearance: confidentiality(role.clearance, `${name}.clearance`),
    isBoundByConsents: role.consents !== false,
    types: readTypes(role.types, `${name}.types`, resourceTypes),
    operations: new Set(texts(role.operations, `${name}.operations`)),
    ...(emergency !== undefined && {
      emergency: {
        types: readTypes(emergency.types, `${name}.emergency.types`, resourceTypes),
        clearance: confidentiality(emergency.clearance, `${name}.emergency.clearance`),
      },
    }),
  };
};

/** The roles of a folder, each a file of its name, by their names. @throws {Error} naming the file and the place */
export const readRoles = (folder: string, resourceTypes: readonly string[]): ReadonlyMap<string, Role> =>
  new Map(
    readdirSync(folder)
      .filter(file => file.endsWith('.json'))
      .sort()
      .map(file => {
        const name = basename(file, '.json');
        try {
          return [name, readRole(name, JSON.parse(readFileSync(join(folder, file), 'utf8')) as Json, resourceTypes)];
        } catch (cause) {
          throw new Error(`${join(folder, file)}: ${cause instanceof Error ? cause.message : cause}`, { cause });
        }
      }),
  );
