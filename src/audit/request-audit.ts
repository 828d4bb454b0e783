import type { AuditRow, Change } from '../store/store.ts';
import { auditRow, type Requester } from './audit-facts.ts';
import { patientsNamed } from './patients-named.ts';

/** What is told of one request, or of what the server does by itself. */
export interface RequestAudit {
  readonly by: Requester;
  /** Whether changes of it were committed, each with its row. */
  readonly hasWritten: boolean;
  /** A row for each change of a resource. */
  rowsOf(changes: readonly Change[]): readonly AuditRow[];
  /** The rows are stored. */
  wrote(): void;
}

const deedOf = ({ method, versionId, erases }: Change): string => {
  if (method === 'DELETE') return erases ? 'purge' : 'delete';
  return method === 'POST' || versionId === 1 ? 'create' : 'update';
};

const patientsOf = ({ resourceType, id, text, ended }: Change): readonly string[] =>
  resourceType === 'Patient' ? [id] : patientsNamed(text ?? ended ?? '');

/** What the server keeps for itself has types that FHIR has not. */
const isResource = ({ resourceType }: Change): boolean => resourceType[0]! <= 'Z';

/** Makes what is told of a request. `now` gives milliseconds since 1970 UTC. */
export const createRequestAudit = (now: () => number, by: Requester): RequestAudit => {
  let hasWritten = false;
  return {
    by,
    get hasWritten() {
      return hasWritten;
    },
    rowsOf: changes => {
      const at = now();
      return changes.filter(isResource).map(change =>
        auditRow({
          ...{ at, deed: deedOf(change), outcome: 0, by },
          of: `${change.resourceType}/${change.id}`,
          versionId: change.versionId,
          patients: patientsOf(change),
        }),
      );
    },
    wrote: () => {
      hasWritten = true;
    },
  };
};
