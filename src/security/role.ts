import type { Scope } from './caller.ts';

/** What may be done with resources of a type; the letters c, r, u, d and s of SMART's scopes. */
export type Permission = Exclude<keyof Scope, 'resourceType' | 'query'>;

/** How confidential a resource may be, from the least on. http://terminology.hl7.org/CodeSystem/v3-Confidentiality */
export const CONFIDENTIALITY = ['U', 'L', 'M', 'N', 'R', 'V'] as const;
export type Confidentiality = (typeof CONFIDENTIALITY)[number];

/** What a role may do with the resources of a type, and with which of them. */
export interface TypeRule {
  may: ReadonlySet<Permission>;
  /** Searches, one of which a resource must match; `{organization}` stands for the client's, `{client}` for its id. None: all resources. */
  rows: readonly string[];
  /** The same for what it writes, before and after; `rows` where absent. */
  writes?: readonly string[];
  /**
   * Search parameters of which a search must name one value exactly. Whoever knows that, or the id, gets the resource; nobody is shown
   * a list. None: no such bound.
   */
  exact: ReadonlySet<string>;
  /** The elements that are shown, beside mandatory ones; all where absent. */
  elements?: readonly string[];
  /** Operations on the type and its instances, by their codes. */
  operations: ReadonlySet<string>;
}

/** What some clients may see and do: `roles/<name>.json`. */
export interface Role {
  name: string;
  title: string;
  description: string;
  /** Resources with a label above it are not there. */
  clearance: Confidentiality;
  /** Whether what patients have denied is denied to this role. */
  isBoundByConsents: boolean;
  /** By resource type; `*` is every type that is not named. */
  types: ReadonlyMap<string, TypeRule>;
  /** Operations on the whole system. */
  operations: ReadonlySet<string>;
  /** What holds instead in an emergency, which the client says is one; absent where the role has no such access. */
  emergency?: { types: ReadonlyMap<string, TypeRule>; clearance: Confidentiality };
}

/** The purpose of use of emergency access: break the glass. http://terminology.hl7.org/CodeSystem/v3-ActReason */
export const EMERGENCY = 'BTG';

/** The role as it is in an emergency: neither labels up to its clearance nor consents keep anything back then. */
export const inEmergency = (role: Role): Role =>
  role.emergency === undefined
    ? role
    : {
        ...role,
        clearance: role.emergency.clearance,
        isBoundByConsents: false,
        types: new Map([...role.types, ...role.emergency.types]),
      };

/** What says how to write to the server is nobody's secret. */
const DEFINITIONS: ReadonlySet<string> = new Set([
  ...['CapabilityStatement', 'CodeSystem', 'OperationDefinition', 'SearchParameter', 'StructureDefinition', 'ValueSet'],
]);
const READ_ONLY: TypeRule = {
  may: new Set<Permission>(['read', 'search']),
  rows: [],
  exact: new Set(),
  operations: new Set(),
};

/** What a role says of a type. Definitions are read by all. */
export const ruleOf = ({ types }: Role, resourceType: string): TypeRule | undefined =>
  types.get(resourceType) ?? types.get('*') ?? (DEFINITIONS.has(resourceType) ? READ_ONLY : undefined);
