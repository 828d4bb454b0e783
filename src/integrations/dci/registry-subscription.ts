import { createHash } from 'node:crypto';
import type { JsonObject } from '../../fhir/resource.ts';
import type { Change, SequencedVersion, Store } from '../../store/store.ts';

/** No type of FHIR has such a name, so that no capability file can enable it and no route leads to it. */
export const SUBSCRIPTION_TYPE = 'kiungo-dci-subscription';

/** What a peer is told of when it happens: that a record is new, or that it is another one. */
export type RegistryEvent = 'REGISTER' | 'UPDATE';

/** What a peer has subscribed to. */
export interface Subscription {
  /** sender_id of who subscribes. */
  peer: string;
  event: RegistryEvent;
  /** A search of DCI's; the records that it finds are told. */
  criteria: JsonObject;
  status: 'subscribe' | 'unsubscribe';
}

/** A subscription as it is stored. */
export interface StoredSubscription extends Subscription {
  code: string;
  versionId: number;
}

/** Nobody can end another one's subscription by its code. */
export const subscriptionCode = (peer: string, transactionId: string, referenceId: string): string =>
  createHash('sha256').update(`${peer}\n${transactionId}\n${referenceId}`).digest('base64url');

/** The change that makes a state of a subscription the current one. @param versionId 1 for a new one */
export const subscriptionChange = (
  code: string,
  subscription: Subscription,
  versionId: number,
  now: number,
): Change => ({
  resourceType: SUBSCRIPTION_TYPE,
  id: code,
  versionId,
  lastUpdated: now,
  method: versionId === 1 ? 'POST' : 'PUT',
  text: JSON.stringify(subscription),
  index: [],
});

/** The subscription of a version. */
export const subscriptionOf = ({ id, versionId, body }: Pick<SequencedVersion, 'id' | 'versionId' | 'body'>) => ({
  ...(JSON.parse(body) as Subscription),
  ...{ code: id, versionId },
});

/** A subscription of a peer; undefined where it has none of that code. */
export const readSubscription = async (
  store: Pick<Store, 'read'>,
  peer: string,
  code: string,
): Promise<StoredSubscription | undefined> => {
  const version = await store.read({ resourceType: SUBSCRIPTION_TYPE, id: code });
  const subscription = version === undefined ? undefined : subscriptionOf(version);
  return subscription?.peer === peer ? subscription : undefined;
};
