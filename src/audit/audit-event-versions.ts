import { printResource } from '../fhir/stamp-resource.ts';
import type { StoredAuditRow, StoredVersion } from '../store/store.ts';
import { readAuditRow } from './audit-facts.ts';
import { basicAuditEvents } from './basic-audit-events.ts';

/** The type of the resources that rows are read as. */
export const AUDIT_EVENT = 'AuditEvent';

/**
 * The AuditEvents that a row is read as, one for each patient: the first has the row's number as its id, the others that with a number.
 * @param baseUrl of the FHIR API
 */
export const auditEventVersions = (row: StoredAuditRow, baseUrl: string): StoredVersion[] =>
  basicAuditEvents(readAuditRow(row), baseUrl).map((resource, index) => {
    const id = index === 0 ? String(row.sequence) : `${row.sequence}-${index}`;
    const stamp = { resourceType: AUDIT_EVENT, id, versionId: 1, lastUpdated: row.at };
    const body = printResource(resource, stamp);
    return { ...stamp, method: 'POST' as const, body, bodyBytes: Buffer.byteLength(body) };
  });
