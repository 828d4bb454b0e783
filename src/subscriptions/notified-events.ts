import type { Deps } from '../interactions/context.ts';
import type { SubscriptionEvent } from './event.ts';
import type { NotifiedEvent } from './notification-bundle.ts';
import type { Content } from './subscription-form.ts';

/** Events with the resources as they were then, where they are to be sent and are still there. */
export const notifiedEvents = (
  { store }: Pick<Deps, 'store'>,
  events: readonly SubscriptionEvent[],
  content: Content,
): Promise<NotifiedEvent[]> =>
  Promise.all(
    events.map(async event => {
      const { resourceType, id, versionId, interaction } = event;
      if (content !== 'full-resource' || interaction === 'delete') return event;
      const version = await store.readVersion({ resourceType, id }, versionId);
      return version === undefined || version.method === 'DELETE' ? event : { ...event, resource: version.body };
    }),
  );
