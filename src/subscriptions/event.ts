import type { JsonObject } from '../fhir/resource.ts';
import type { Message } from '../integrations/connector/outbox.ts';
import type { SequencedVersion } from '../store/store.ts';

/** One event as it waits in the outbox: names only, so that what was erased since is not kept here. */
export interface SubscriptionEvent {
  number: number;
  resourceType: string;
  id: string;
  versionId: number;
  interaction: 'create' | 'update' | 'delete';
  /** When it was committed, in milliseconds since 1970 UTC. */
  at: number;
}

/** What the outbox keeps of a change. */
export const contentOf = (
  { resourceType, id, versionId, lastUpdated }: SequencedVersion,
  interaction: SubscriptionEvent['interaction'],
): JsonObject => ({ resourceType, id, versionId, interaction, at: lastUpdated });

/** The event that a message of the outbox is. */
export const eventOf = ({ number, content }: Message): SubscriptionEvent => ({
  ...(content as unknown as Omit<SubscriptionEvent, 'number'>),
  number,
});
