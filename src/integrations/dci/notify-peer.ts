import { formatInstant } from '../../fhir/datetime.ts';
import { FhirError } from '../../fhir/fhir-error.ts';
import type { JsonObject } from '../../fhir/resource.ts';
import { followNewest } from '../../store/follow-newest.ts';
import type { SequencedVersion, Store, StoredVersion } from '../../store/store.ts';
import type { Message } from '../connector/outbox.ts';
import type { Peer } from '../connector/peer.ts';
import { sealAnswer } from './answer.ts';
import type { CallbackContext } from './callback-peer.ts';
import { RequestFault } from './dci-fault.ts';
import { postToPeer } from './post-to-peer.ts';
import { createRecords, type SearchContext } from './records.ts';
import { RESOURCE_TYPES, type Register } from './register.ts';
import {
  type RegistryEvent,
  type StoredSubscription,
  SUBSCRIPTION_TYPE,
  subscriptionOf,
} from './registry-subscription.ts';
import { type JudgedSearch, judgeSearch, registryTypeOf } from './run-search.ts';

interface Followed extends StoredSubscription {
  /** Its place in the change log: what was before is not told. */
  sequence: number;
}

/** The subscriptions of all peers, as they are stored. */
export interface FollowedSubscriptions {
  readOn(): Promise<void>;
  /** Those of a peer that have not ended. */
  of(peer: string): readonly Followed[];
}

/** Follows the subscriptions that are stored, by whichever process. */
export const followSubscriptions = (store: Pick<Store, 'newest'>): FollowedSubscriptions => {
  const known = new Map<string, Followed>();
  const readOn = followNewest(store, [SUBSCRIPTION_TYPE], versions => {
    for (const version of versions) {
      const subscription = subscriptionOf(version);
      if (subscription.status === 'unsubscribe') known.delete(version.id);
      else known.set(version.id, { ...subscription, sequence: version.sequence });
    }
  });
  return { readOn, of: peer => [...known.values()].filter(each => each.peer === peer) };
};

/** What is told: who has to be looked at, and because of which subscriptions. */
interface Told {
  register: Register;
  id: string;
  event: RegistryEvent;
  codes: string[];
}

const eventOf = ({ versionId }: SequencedVersion): RegistryEvent => (versionId === 1 ? 'REGISTER' : 'UPDATE');

/** The search of a subscription, or undefined where its peer may not make it any more. */
const judged = (context: SearchContext, { criteria }: StoredSubscription): JudgedSearch | undefined => {
  try {
    return judgeSearch(context, criteria);
  } catch (error) {
    if (error instanceof RequestFault || (error instanceof FhirError && error.status < 500)) return undefined;
    throw error;
  }
};

/** The record that a search finds under an id, if it does. */
const foundBy = async ({ deps, query }: JudgedSearch, id: string): Promise<StoredVersion | undefined> => {
  const where = [...query.where, { kind: 'id' as const, anyOf: [id] }];
  const page = await deps.store.search({ ...query, where, sort: [], count: 1, total: 'none' });
  return page.versions[0];
};

/**
 * Tells a peer of what it has subscribed to: the record as the peer may see it when it is sent. One that its subscription does not find
 * any more by then is not told.
 */
export const notifyPeer = (context: CallbackContext, subscriptions: FollowedSubscriptions): Peer => {
  const { peer, settings, deps, key, noteShown } = context;
  const { senderId } = peer.settings;
  const search = { settings, peer: peer.settings, depsFor: peer.depsFor, noteShown };

  const toldOf = async (change: SequencedVersion): Promise<Told[]> => {
    if (change.method === 'DELETE') return [];
    const told = new Map<Register, Told>();
    for (const subscription of subscriptions.of(senderId)) {
      const { code, event, sequence } = subscription;
      if (event !== eventOf(change) || sequence >= change.sequence) continue;
      const asked = judged(search, subscription);
      if (asked?.query.resourceType !== change.resourceType) continue;
      if ((await foundBy(asked, change.id)) === undefined) continue;
      const { register } = asked;
      const one = told.get(register) ?? { register, id: change.id, event, codes: [] };
      one.codes.push(code);
      told.set(register, one);
    }
    return [...told.values()];
  };

  /** An event for each of its subscriptions that finds it still. */
  const eventsOf = async ({ register, id, event, codes }: Told): Promise<JsonObject[]> => {
    const events: JsonObject[] = [];
    for (const subscription of subscriptions.of(senderId).filter(({ code }) => codes.includes(code))) {
      const asked = judged(search, subscription);
      const version = asked === undefined ? undefined : await foundBy(asked, id);
      if (asked === undefined || version === undefined) continue;
      const records = createRecords(search, asked.deps, subscription.criteria);
      const record = await records.of(register, version);
      noteShown([...records.shown]);
      const data = { version: '1.0.0', reg_type: registryTypeOf(register), reg_event_type: event };
      events.push({
        ...{ reference_id: subscription.code, timestamp: formatInstant(version.lastUpdated) },
        ...{ data: { ...data, reg_record_type: register, reg_records: record }, locale: 'eng' },
      });
    }
    return events;
  };

  const name = `dci.${senderId}.notify`;
  return {
    name,
    kind: 'dci',
    resourceTypes: Object.values(RESOURCE_TYPES),
    startAfter: Math.min(...subscriptions.of(senderId).map(({ sequence }) => sequence)),
    most: 1,
    collect: async changes => {
      await subscriptions.readOn();
      const isOfRegister = ({ resourceType }: SequencedVersion): boolean =>
        Object.values<string>(RESOURCE_TYPES).includes(resourceType);
      const told: Told[] = [];
      for (const change of changes.filter(isOfRegister)) told.push(...(await toldOf(change)));
      return told as unknown as JsonObject[];
    },
    send: async ([message]: readonly Message[]) => {
      await subscriptions.readOn();
      const events = await eventsOf(message!.content as unknown as Told);
      if (events.length === 0) return { outcome: 'delivered' };
      const messageId = `${name}.${message!.number}`;
      const head = { action: 'notify', receiverId: senderId, messageId };
      const answer = { ownId: settings.senderId, key, now: deps.now() };
      return postToPeer(
        context,
        '/notify',
        sealAnswer({ transaction_id: messageId, notify_event: events }, head, answer),
      );
    },
  };
};
