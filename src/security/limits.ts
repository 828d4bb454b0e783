import type { Condition } from '../search/query.ts';
import { type Access, NEVER } from './access.ts';
import type { Consents } from './consents.ts';
import type { Permission } from './role.ts';
import type { RuleEntries } from './rule-entries.ts';

/** What resources of a type must match so that the client may do something with them. All must hold; none at all: it may with all. */
export type Limits = (resourceType: string, permission: Permission) => readonly Condition[];

/** What limits are made with. */
export interface LimitsOptions {
  access: Access;
  entries: RuleEntries;
  /** Absent where no Consents are stored. */
  consents: Consents | undefined;
  /** The search parameters by which resources of a type are about patients. */
  patientParameters: (resourceType: string) => readonly string[];
  now: () => number;
}

const NONE: readonly Condition[] = [];
const NOTHING: readonly Condition[] = [NEVER];

/** Makes the limits of a client: the rows of its role and its scopes, and what patients have denied it. */
export const createLimits = ({ access, entries, consents, patientParameters, now }: LimitsOptions): Limits => {
  const { caller, role } = access;
  const ofRows = new Map<string, readonly Condition[]>();
  const ofPatients = new Map<string, { patients: readonly string[]; conditions: readonly Condition[] }>();

  const rowsOf = (resourceType: string, permission: Permission): readonly Condition[] => {
    const key = `${permission} ${resourceType}`;
    let known = ofRows.get(key);
    if (known === undefined) {
      const rows = access.may(resourceType, permission) ? access.rows(resourceType, permission) : NEVER;
      known = rows === undefined ? NONE : rows === NEVER ? NOTHING : [rows];
      for (const condition of known) entries.learn(resourceType, condition);
      ofRows.set(key, known);
    }
    return known;
  };

  const notOf = (resourceType: string, patients: readonly string[]): Condition => {
    if (resourceType === 'Patient') return { kind: 'not', none: { kind: 'id', anyOf: patients } };
    const anyOf = patients.map(id => ({ type: 'Patient', id }));
    const refers = patientParameters(resourceType).map(
      (parameter): Condition => ({ kind: 'reference', parameter, anyOf }),
    );
    return { kind: 'not', none: { kind: 'any', anyOf: refers } };
  };

  const deniedOf = (resourceType: string): readonly Condition[] => {
    // A consent itself is seen by whoever may see consents: what was denied must be known to be kept.
    if (consents === undefined || !role.isBoundByConsents || resourceType === 'Consent') return NONE;
    const asked = { resourceType, recipient: caller.organization, purpose: caller.purposeOfUse, now: now() };
    const patients = consents.deniedBy(asked);
    if (patients.length === 0) return NONE;
    let known = ofPatients.get(resourceType);
    if (known?.patients !== patients) {
      known = { patients, conditions: [notOf(resourceType, patients)] };
      for (const condition of known.conditions) entries.learn(resourceType, condition);
      ofPatients.set(resourceType, known);
    }
    return known.conditions;
  };

  return (resourceType, permission) => {
    const rows = rowsOf(resourceType, permission);
    const denied = deniedOf(resourceType);
    return denied.length === 0 ? rows : rows.length === 0 ? denied : [...rows, ...denied];
  };
};
