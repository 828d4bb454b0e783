import type { Resource } from '../fhir/resource.ts';
import { followNewest } from '../store/follow-newest.ts';
import type { Store } from '../store/store.ts';
import { readSubscriptionForm, type SubscriptionForm } from './subscription-form.ts';

/** A Subscription as it is stored. A new object for each of its versions. */
export interface StoredSubscription {
  id: string;
  versionId: number;
  /** Place of this version in the change log. */
  sequence: number;
  /** Why it is in error, or was turned off. */
  error: string | undefined;
  form: SubscriptionForm;
}

/** The Subscriptions of a store, kept in memory. */
export interface SubscriptionRegistry {
  all(): Iterable<StoredSubscription>;
  /** Ids of those that were deleted, until the next call. */
  takeDeleted(): readonly string[];
  /** Brings what is known up to what is stored, whichever process stored it. */
  readOn(): Promise<void>;
}

/** Follows the Subscriptions of a store. */
export const createSubscriptionRegistry = (store: Pick<Store, 'newest'>): SubscriptionRegistry => {
  const subscriptions = new Map<string, StoredSubscription>();
  let deleted: string[] = [];
  return {
    all: () => subscriptions.values(),
    takeDeleted: () => {
      const taken = deleted;
      deleted = [];
      return taken;
    },
    readOn: followNewest(store, ['Subscription'], versions => {
      for (const { id, versionId, sequence, method, body } of versions) {
        if (method === 'DELETE') {
          subscriptions.delete(id);
          deleted.push(id);
          continue;
        }
        const resource = JSON.parse(body) as Resource;
        const error = typeof resource.error === 'string' ? resource.error : undefined;
        subscriptions.set(id, { id, versionId, sequence, error, form: readSubscriptionForm(resource) });
      }
    }),
  };
};
