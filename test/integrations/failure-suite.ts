import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listDeadLetters, replayDeadLetters } from '../../src/integrations/connector/dead-letters.ts';
import type { Exchange } from '../../src/integrations/connector/exchange.ts';
import type { Peer } from '../../src/integrations/connector/peer.ts';
import { type Outboxes, runOutboxes } from '../../src/integrations/connector/run-outboxes.ts';
import type { Store } from '../../src/store/store.ts';
import type { Webhook } from '../peers/webhook.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

/** A connector that sends, ready to be tested: with a store, a peer on a real socket, and one that is told. */
export interface SendingConnector {
  store: Store;
  /** Peers as they are at the moment; one of them is under test. */
  peers: () => readonly Peer[];
  /** The far side. */
  webhook: Webhook;
  /** Stores what leads to one message, and gives the key that the far side knows it by. */
  cause(): Promise<string>;
  /** The key of what the far side got. */
  keyOf(body: string): string;
  /** Changes the secret on both sides; the far side takes the new one only. */
  rotateSecret(): Promise<void>;
  /** Whether work was ended by the connector after a day of failures, for one that does not set messages aside. */
  isStopped?(): Promise<boolean>;
  /** The clock of the store. */
  now(): number;
  close(): Promise<void>;
}

/** What every connector that sends must stand, whatever it sends. */
export const describeSending = (name: string, setUp: () => Promise<SendingConnector>): void => {
  describe(`${name}, which sends`, () => {
    let connector: SendingConnector;
    let ahead = 0;
    const told: Exchange[] = [];

    const start = (): Outboxes =>
      runOutboxes({
        store: connector.store,
        peers: connector.peers,
        term: '',
        now: () => connector.now() + ahead,
        random: () => 0,
        tell: exchange => told.push(exchange),
        fault: (_peer, error) => {
          throw error;
        },
      });
    const causeSome = async (count: number): Promise<string[]> => {
      const keys: string[] = [];
      for (let i = 0; i < count; i++) keys.push(await connector.cause());
      return keys;
    };
    /** Keys that the far side took since the last call, each where it came first. */
    let seen = 0;
    const taken = (): string[] => {
      const keys = connector.webhook.receipts.slice(seen).map(({ body }) => connector.keyOf(body));
      seen = connector.webhook.receipts.length;
      return keys;
    };
    const firsts = (keys: readonly string[]): string[] => [...new Set(keys)];
    /** Long enough for another process to take the work over. */
    const waitForLease = (): void => {
      ahead += 10 * SECOND;
    };

    beforeAll(async () => {
      connector = await setUp();
    });
    afterAll(() => connector.close());

    it('sends each message once, in order, and tells so', async () => {
      const outboxes = start();
      const keys = await causeSome(3);
      await outboxes.work();
      expect(taken()).toEqual(keys);
      expect(told.at(-1)).toMatchObject({ direction: 'sent', outcome: 'delivered' });
      await outboxes.close();
    });

    it('sends nothing twice where two processes work', async () => {
      waitForLease();
      const [one, other] = [start(), start()];
      const keys = await causeSome(4);
      await Promise.all([one.work(), other.work()]);
      await Promise.all([other.work(), one.work()]);
      expect(taken()).toEqual(keys);
      await Promise.all([one.close(), other.close()]);
    });

    it('loses nothing and keeps the order when it ends between sending and marking', async () => {
      waitForLease();
      const keys = await causeSome(2);
      await start().work();
      const after = await causeSome(1);
      waitForLease();
      const next = start();
      await next.work();
      await next.close();
      expect(firsts(taken())).toEqual([...keys, ...after]);
    });

    it('sends again what was taken and not answered, by the same key', async () => {
      waitForLease();
      connector.webhook.behave('lost');
      const outboxes = start();
      const keys = await causeSome(2);
      await outboxes.work();
      expect(told.at(-1)).toMatchObject({ outcome: 'failed' });
      connector.webhook.behave(200);
      ahead += 15 * SECOND;
      await outboxes.work();
      expect(firsts(taken())).toEqual(keys);
      await outboxes.close();
    });

    it('has all later messages wait while one fails, and tries less and less often while the peer is down for a day', async () => {
      waitForLease();
      connector.webhook.behave('cut');
      const before = connector.webhook.attempts();
      const outboxes = start();
      const keys = await causeSome(3);
      for (let hour = 0; hour < 23; hour++) {
        await outboxes.work();
        ahead += HOUR;
      }
      expect(taken()).toEqual([]);
      expect(connector.webhook.attempts() - before).toBeLessThan(40);
      await outboxes.close();
      connector.webhook.behave(200);
      const next = start();
      await next.work();
      expect(firsts(taken())).toEqual(keys);
      await next.close();
    });

    it('goes on with another secret', async () => {
      waitForLease();
      const outboxes = start();
      const keys = await causeSome(1);
      await outboxes.work();
      await connector.rotateSecret();
      keys.push(...(await causeSome(1)));
      await outboxes.work();
      ahead += 15 * SECOND;
      await outboxes.work();
      expect(firsts(taken())).toEqual(keys);
      await outboxes.close();
    });

    it('does not let a message that is refused for good stand in the way for ever', async () => {
      waitForLease();
      const outboxes = start();
      const [poison, ...others] = await causeSome(3);
      connector.webhook.behave(({ body }) => (connector.keyOf(body) === poison ? 422 : 200));
      await outboxes.work();
      if (connector.isStopped !== undefined) {
        expect(await connector.isStopped()).toBe(false);
        ahead += 25 * HOUR;
        await outboxes.work();
        expect(await connector.isStopped()).toBe(true);
      } else {
        expect(taken()).toEqual(others);
        expect(told.filter(({ isSetAside }) => isSetAside)).toMatchObject([{ outcome: 'refused' }]);
        const [{ name: peer }] = connector.peers() as [Peer];
        expect(await listDeadLetters(connector.store, peer)).toHaveLength(1);
        connector.webhook.behave(200);
        const now = () => connector.now() + ahead;
        expect(await replayDeadLetters(connector.store, { peer, now })).toBe(1);
        expect(await replayDeadLetters(connector.store, { peer, now })).toBe(0);
        await outboxes.work();
        expect(taken()).toEqual([poison]);
      }
      await outboxes.close();
    });
  });
};

/** A connector that receives, ready to be tested. */
export interface ReceivingConnector {
  /** A new message of the peer, as it would send it now. */
  message(): { key: string; body: string; signature: string };
  receive(body: string, signature: string): Promise<number>;
  /** How often what a message says was done, by its key. */
  done(key: string): Promise<number>;
  /** Changes the secret on the side of the peer and here, where the old one is still taken. */
  rotateSecret(): Promise<void>;
  close(): Promise<void>;
}

/** What every connector that receives must stand, whatever it receives. */
export const describeReceiving = (name: string, setUp: () => Promise<ReceivingConnector>): void => {
  describe(`${name}, which receives`, () => {
    let connector: ReceivingConnector;
    beforeAll(async () => {
      connector = await setUp();
    });
    afterAll(() => connector.close());

    it('does once what is sent twice, also at the same moment', async () => {
      const { key, body, signature } = connector.message();
      const statuses = await Promise.all([1, 2, 3].map(() => connector.receive(body, signature)));
      statuses.push(await connector.receive(body, signature));
      expect(statuses.every(status => status < 300)).toBe(true);
      expect(await connector.done(key)).toBe(1);
    });

    it('takes messages in whatever order they come', async () => {
      const messages = [connector.message(), connector.message(), connector.message()];
      for (const { body, signature } of messages.toReversed()) await connector.receive(body, signature);
      expect(await Promise.all(messages.map(({ key }) => connector.done(key)))).toEqual([1, 1, 1]);
    });

    it('refuses a wrong signature, one of another message, and none, and does nothing', async () => {
      const { key, body, signature } = connector.message();
      const other = connector.message();
      for (const wrong of [other.signature, '', signature.replace(/.$/, last => (last === '0' ? '1' : '0'))]) {
        expect(await connector.receive(body, wrong)).toBe(401);
      }
      expect(await connector.done(key)).toBe(0);
    });

    it('takes what was signed with the secret of before, and with the new one', async () => {
      const before = connector.message();
      await connector.rotateSecret();
      const after = connector.message();
      expect(await connector.receive(before.body, before.signature)).toBeLessThan(300);
      expect(await connector.receive(after.body, after.signature)).toBeLessThan(300);
      expect([await connector.done(before.key), await connector.done(after.key)]).toEqual([1, 1]);
    });
  });
};
