import type { BundleEntry } from 'fhir/r4.js';
import type { Resource } from '../fhir/resource.ts';
import { readOutbox } from '../integrations/connector/outbox.ts';
import { type Deps, serverOf } from '../interactions/context.ts';
import { foundPages } from '../interactions/found-pages.ts';
import { read } from '../interactions/read.ts';
import { statusParameters } from '../subscriptions/notification-bundle.ts';
import { readSubscriptionForm } from '../subscriptions/subscription-form.ts';
import { peerNameOf, statusOf } from '../subscriptions/subscription-peer.ts';
import { topicOf } from '../subscriptions/topics.ts';
import type { Operation } from './operation.ts';
import { readOperationInput } from './operation-input.ts';

/** Subscriptions that one answer tells of at most. */
const MOST = 1000;

const entryOf = async (deps: Deps, subscription: Resource): Promise<BundleEntry> => {
  const { id } = subscription;
  const form = readSubscriptionForm(subscription);
  const { state } = await readOutbox(serverOf(deps).store, peerNameOf(id!));
  const status = statusOf(deps, { id: id!, form, error: undefined }, topicOf(form.criteria)?.id, {
    type: 'query-status',
    events: state.collected,
  });
  const error = state.failure?.reason ?? subscription.error;
  const resource = statusParameters({ ...status, ...(typeof error === 'string' && { error }) });
  return { fullUrl: `urn:uuid:${resource.id}`, resource, search: { mode: 'match' } };
};

const asked = async (deps: Deps, ids: readonly string[], statuses: readonly string[]): Promise<Resource[]> => {
  const parameters: [string, string][] = [];
  if (ids.length > 0) parameters.push(['_id', ids.join(',')]);
  if (statuses.length > 0) parameters.push(['status', statuses.join(',')]);
  const found: Resource[] = [];
  for await (const page of foundPages(deps, { resourceType: 'Subscription', parameters })) {
    found.push(...page);
    if (found.length >= MOST) break;
  }
  return found.slice(0, MOST);
};

/**
 * Tells how Subscriptions are: of one, of those with the ids or in the states that are asked for, or of all.
 * https://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition-backport-subscription-status.html
 */
export const subscriptionStatus: Operation = {
  code: 'status',
  levels: new Set(['type', 'instance']),
  affectsState: false,
  run: async (deps, request) => {
    const { id: ids, status } = readOperationInput(request, { id: 'text*', status: 'text*' }, deps.settings.maxDepth);
    const subscriptions =
      request.id === undefined
        ? await asked(deps, ids, status)
        : [JSON.parse((await read(deps, 'Subscription', request.id)).body!) as Resource];
    const entry = await Promise.all(subscriptions.map(subscription => entryOf(deps, subscription)));
    const bundle = { resourceType: 'Bundle', type: 'searchset', total: entry.length };
    return { status: 200, body: JSON.stringify(entry.length === 0 ? bundle : { ...bundle, entry }) };
  },
};
