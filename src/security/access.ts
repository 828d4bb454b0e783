import { FhirError } from '../fhir/fhir-error.ts';
import { escapeValue } from '../search/escape.ts';
import type { Condition } from '../search/query.ts';
import type { Caller, Scope } from './caller.ts';
import { CONFIDENTIALITY, EMERGENCY, inEmergency, type Permission, type Role, ruleOf, type TypeRule } from './role.ts';

/** What a client may do, by its role and its scopes: never more than either of the two. */
export interface Access {
  readonly caller: Caller;
  readonly role: Role;
  may(resourceType: string, permission: Permission): boolean;
  /** What the resources must match with which the client may do that; undefined where all will do. */
  rows(resourceType: string, permission: Permission): Condition | undefined;
  /** The same as searches, for people: any of each list must hold. */
  toldRows(resourceType: string, permission: Permission): readonly (readonly string[])[];
  rule(resourceType: string): TypeRule | undefined;
}

/** Reads a search as it stands in a URL. @throws {FhirError} where it is none for the type */
export type ReadRows = (resourceType: string, query: string) => Condition;

const CONFIDENTIALITY_SYSTEM = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';

/** That a resource carries no label above the clearance; undefined where there is none above it. */
const labelRule = ({ clearance }: Role): Condition | undefined => {
  const above = CONFIDENTIALITY.slice(CONFIDENTIALITY.indexOf(clearance) + 1);
  if (above.length === 0) return undefined;
  const anyOf = above.map(code => ({ system: CONFIDENTIALITY_SYSTEM, code }));
  return { kind: 'not', none: { kind: 'token', parameter: '_security', anyOf } };
};

/** Matches nothing. */
export const NEVER: Condition = { kind: 'any', anyOf: [] };

/** What stands for the client's organization in the rows of a role. */
const ORGANIZATION = '{organization}';

/** What stands for the client itself. */
const CLIENT = '{client}';

const allOf = (parts: readonly Condition[]): Condition | undefined =>
  parts.length === 0 ? undefined : parts.length === 1 ? parts[0]! : { kind: 'all', allOf: parts };

/** A text as one value of a search parameter in a URL. */
const asValue = (text: string): string => encodeURIComponent(escapeValue(text));

const WRITES: ReadonlySet<Permission> = new Set<Permission>(['create', 'update', 'delete']);

interface Grant {
  rows: Condition | undefined;
  told: readonly (readonly string[])[];
}

/**
 * What a client may do. A rule that needs the client's organization holds for nothing where the client has none, and so does a scope
 * whose query cannot be read here.
 */
export const createAccess = (caller: Caller, given: Role, readRows: ReadRows): Access => {
  const role = caller.purposeOfUse === EMERGENCY ? inEmergency(given) : given;
  const label = labelRule(role);
  const grants = new Map<string, Grant | undefined>();

  const ofScope = (resourceType: string, { query }: Scope): Condition | undefined => {
    try {
      return query === undefined ? undefined : readRows(resourceType, query);
    } catch (error) {
      if (error instanceof FhirError) return NEVER;
      throw error;
    }
  };

  const grantOf = (resourceType: string, permission: Permission): Grant | undefined => {
    const rule = ruleOf(role, resourceType);
    if (rule?.may.has(permission) !== true) return undefined;
    const isMeant = (scope: Scope): boolean =>
      scope[permission] && (scope.resourceType === '*' || scope.resourceType === resourceType);
    const scopes = caller.scopes.filter(isMeant);
    if (scopes.length === 0) return undefined;
    const parts: Condition[] = [];
    const told: string[][] = [];
    const queries = (WRITES.has(permission) ? rule.writes : undefined) ?? rule.rows;
    if (queries.length > 0) {
      const { organization } = caller;
      const usable = organization === undefined ? queries.filter(query => !query.includes(ORGANIZATION)) : queries;
      const filled = (encode = (text: string) => text): string[] =>
        usable.map(query =>
          query.replaceAll(ORGANIZATION, encode(organization ?? '')).replaceAll(CLIENT, encode(caller.clientId)),
        );
      const anyOf = filled(asValue).map(query => readRows(resourceType, query));
      parts.push({ kind: 'any', anyOf });
      told.push(filled());
    }
    if (scopes.every(({ query }) => query !== undefined)) {
      const narrowed = scopes.map(scope => ofScope(resourceType, scope) ?? NEVER);
      if (narrowed.every(condition => condition === NEVER)) return undefined;
      parts.push({ kind: 'any', anyOf: narrowed });
      told.push(scopes.map(({ query = '' }) => query));
    }
    if (label !== undefined) parts.push(label);
    return { rows: allOf(parts), told };
  };

  const grant = (resourceType: string, permission: Permission): Grant | undefined => {
    const key = `${permission} ${resourceType}`;
    if (grants.has(key)) return grants.get(key);
    const made = grantOf(resourceType, permission);
    grants.set(key, made);
    return made;
  };

  return {
    caller,
    role,
    may: (resourceType, permission) => grant(resourceType, permission) !== undefined,
    rows: (resourceType, permission) => {
      const granted = grant(resourceType, permission);
      return granted === undefined ? NEVER : granted.rows;
    },
    toldRows: (resourceType, permission) => grant(resourceType, permission)?.told ?? [],
    rule: resourceType => ruleOf(role, resourceType),
  };
};
