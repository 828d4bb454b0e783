import { formatInstant } from '../fhir/datetime.ts';
import type { Resource } from '../fhir/resource.ts';
import { printResource } from '../fhir/stamp-resource.ts';
import type { Change, ResourceKey } from '../store/store.ts';
import type { Deps } from './context.ts';

/** The AuditEvent of an erasure. It names the resource as a business identifier would, since no reference could lead to it. */
const auditEvent = ({ settings }: Deps, { resourceType, id }: ResourceKey, recorded: number): Resource => ({
  resourceType: 'AuditEvent',
  type: { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' },
  subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: 'operation' }],
  action: 'D',
  recorded: formatInstant(recorded),
  outcome: '0',
  agent: [{ name: 'Whoever called $purge; this server does not know its callers', requestor: true }],
  source: { observer: { display: settings.baseUrl } },
  entity: [
    {
      what: { type: resourceType, identifier: { system: settings.baseUrl, value: `${resourceType}/${id}` } },
      lifecycle: { system: 'http://terminology.hl7.org/CodeSystem/dicom-audit-lifecycle', code: '15' },
    },
  ],
});

/** What is stored of an erasure, in the same unit: an AuditEvent where those are stored like other resources, else nothing. */
export const erasureMark = (deps: Deps, key: ResourceKey, lastUpdated: number): Change[] => {
  const resourceType = 'AuditEvent';
  if (!deps.capability.types.get(resourceType)?.interactions.has('create')) return [];
  const resource = auditEvent(deps, key, lastUpdated);
  const version = { resourceType, id: deps.newId(), versionId: 1, lastUpdated };
  return [{ ...version, method: 'POST', text: printResource(resource, version), index: deps.extract(resource) }];
};
