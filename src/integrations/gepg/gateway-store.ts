import type { Invoice, Task } from 'fhir/r4.js';
import { parseExact } from '../../fhir/exact-json.ts';
import type { Resource } from '../../fhir/resource.ts';
import type { Deps, InteractionResult } from '../../interactions/context.ts';
import { create } from '../../interactions/create.ts';
import { versionToEtag } from '../../interactions/etag.ts';
import { update } from '../../interactions/update.ts';

/** What the gateway reads and writes, by the same interactions as clients, so that it is validated and what follows from it happens. */
export interface GatewayStore {
  read<Type>(resourceType: string, id: string): Promise<Type | undefined>;
  /** Stores a resource under its id unless it is there as it is. */
  put(resource: object): Promise<InteractionResult>;
  /** Stores a new one; one with the same business identity and content is the first one. @throws {FhirError} 409 for other content */
  create(resource: object): Promise<InteractionResult>;
}

const bytesOf = (resource: object): Buffer => Buffer.from(JSON.stringify(resource));

/** The gateway's own view of the server. */
export const gatewayStore = (deps: Deps): GatewayStore => {
  const stored = async <Type>(resourceType: string, id: string) => {
    const version = await deps.store.read({ resourceType, id });
    if (version === undefined || version.method === 'DELETE') return undefined;
    return { resource: parseExact(version.body) as Type, versionId: version.versionId };
  };
  const replace = (resource: object, ifMatch?: string): Promise<InteractionResult> => {
    const { resourceType, id } = resource as Resource;
    const condition = ifMatch === undefined ? {} : { ifMatch };
    return update(deps, { resourceType, id: id!, body: bytesOf(resource), ...condition });
  };
  return {
    read: async <Type>(resourceType: string, id: string) => (await stored<Type>(resourceType, id))?.resource,
    put: async resource => {
      const { resourceType, id } = resource as Resource;
      const current = await stored(resourceType, id!);
      return replace(resource, current === undefined ? undefined : versionToEtag(current.versionId));
    },
    create: resource => create(deps, { resourceType: (resource as Resource).resourceType, body: bytesOf(resource) }),
  };
};

/** Id of the Task that follows a bill from its submission to its control number. */
export const billTaskId = (invoiceId: string): string => `gepg-${invoiceId}`;

/**
 * That Task. The control number stands in its output: openIMIS' profile of invoices has no place for it.
 */
export const billTask = (
  invoice: Pick<Invoice, 'id'>,
  status: Task['status'],
  { reason, controlNumber }: { reason?: string; controlNumber?: string } = {},
): Task => ({
  resourceType: 'Task',
  id: billTaskId(invoice.id!),
  status,
  intent: 'order',
  code: { text: 'control number of GePG' },
  focus: { reference: `Invoice/${invoice.id}` },
  ...(reason === undefined ? {} : { statusReason: { text: reason } }),
  ...(controlNumber === undefined
    ? {}
    : { output: [{ type: { text: 'control number' }, valueString: controlNumber }] }),
});

/** A Task for a person: money that the server cannot place. @param notice reference of what was stored of it */
export const moneyTask = (reference: string, reason: string, notice?: string): Task => ({
  resourceType: 'Task',
  id: `gepg-money-${reference}`,
  status: 'requested',
  intent: 'order',
  priority: 'urgent',
  code: { text: 'payment of GePG that needs a person' },
  ...(notice === undefined ? {} : { focus: { reference: notice } }),
  statusReason: { text: reason },
  input: [{ type: { text: 'number of the payment' }, valueString: reference }],
});
