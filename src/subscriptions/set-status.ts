import { parseExact } from '../fhir/exact-json.ts';
import type { Resource } from '../fhir/resource.ts';
import { commitUnit } from '../interactions/commit-unit.ts';
import type { Deps } from '../interactions/context.ts';
import { ownChange } from '../interactions/own-change.ts';
import type { Change } from '../store/store.ts';
import type { StoredSubscription } from './subscription-registry.ts';

/** What tells the operator that a Subscription has ended in error. */
const operatorTask = (subscription: string, reason: string, at: string): Resource => ({
  resourceType: 'Task',
  status: 'requested',
  intent: 'order',
  priority: 'urgent',
  code: { text: 'Notifications of a Subscription cannot be delivered' },
  description: `${reason}. Repair the receiving side, then set the status of ${subscription} to requested.`,
  focus: { reference: subscription },
  authoredOn: at,
});

/**
 * Makes the server's own change of a Subscription: another status, and why. What the operator is to look at leaves a Task in the same
 * unit. False where the Subscription has changed meanwhile.
 */
export const setStatus = async (
  deps: Deps,
  { id, versionId }: Pick<StoredSubscription, 'id' | 'versionId'>,
  status: 'active' | 'error' | 'off',
  { error, isForOperator = false }: { error?: string; isForOperator?: boolean } = {},
): Promise<boolean> => {
  const current = await deps.store.readVersion({ resourceType: 'Subscription', id }, versionId);
  if (current === undefined || current.method === 'DELETE') return false;
  const { error: _, ...resource } = parseExact(current.body) as Resource;
  const lastUpdated = deps.now();
  const changed = { ...resource, status, ...(error !== undefined && { error }) } as Resource;
  const version = { resourceType: 'Subscription', id, versionId: versionId + 1, lastUpdated };
  const changes: Change[] = [ownChange(deps, changed, version)];
  if (isForOperator && deps.capability.types.has('Task')) {
    const task = operatorTask(`Subscription/${id}`, error ?? '', new Date(lastUpdated).toISOString());
    changes.push(ownChange(deps, task, { resourceType: 'Task', id: deps.newId(), versionId: 1, lastUpdated }));
  }
  const { outcome } = await commitUnit(deps, { changes });
  return outcome === 'committed';
};
