import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callbackPeer } from '../../src/integrations/dci/callback-peer.ts';
import { LEAST_ATTRIBUTES } from '../../src/integrations/dci/register.ts';
import { correlationIdOf, transactionChange } from '../../src/integrations/dci/transaction.ts';
import { createOutgoing } from '../../src/security/outgoing.ts';
import { backends } from '../contract/backends.ts';
import { startDci } from '../peers/dci.ts';
import { describeSending } from './failure-suite.ts';

const ownId = 'kiungo.example';

for (const backend of backends) {
  describeSending(`Answers to DCI by callbacks, on ${backend.name}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kiungo-dci-'));
    const store = await backend.open(folder);
    const registry = await startDci();
    const { senderId, callbackUrl, webhook } = registry;
    const settings = {
      ...{ senderId, role: 'social-registry', signature: 'require' as const, callbackUrl },
      ...{ attributes: LEAST_ATTRIBUTES, purposes: [] },
    };
    const depsFor = (): never => {
      throw new Error('A status is told without a look at the records');
    };
    const peerWith = (key: KeyObject) =>
      callbackPeer({
        settings: { senderId: ownId, keyId: '1', identifierTypes: {}, peers: [settings] },
        peer: { settings, keys: undefined, depsFor },
        ...{ callbackUrl, outgoing: createOutgoing(['127.0.0.1']), deps: { store, now: Date.now } },
        key: { senderId: ownId, keyId: '1', key },
        noteShown: () => {},
      });
    let peer = peerWith(generateKeyPairSync('ed25519').privateKey);
    let count = 0;
    return {
      store,
      webhook,
      peers: () => [peer],
      now: Date.now,
      cause: async () => {
        const transactionId = `t${++count}`;
        const id = correlationIdOf(senderId, 'txn-status', transactionId);
        const txnstatus_request = {
          ...{ reference_id: 'r', txn_type: 'search', attribute_type: 'transaction_id', attribute_value: 'x' },
        };
        const message = { transaction_id: transactionId, txnstatus_request };
        const transaction = {
          ...({ peer: senderId, kind: 'txn-status', transactionId, status: 'pdng' } as const),
          ...{ referenceIds: ['r'], message, totalCount: 1 },
        };
        await store.commit({ changes: [transactionChange(id, transaction, 1, Date.now())] });
        return id;
      },
      keyOf: body => (JSON.parse(body) as { message: { correlation_id: string } }).message.correlation_id,
      rotateSecret: async () => {
        const next = generateKeyPairSync('ed25519').privateKey;
        const publicKey = createPublicKey(next);
        const isSigned = (text: string): boolean => {
          try {
            registry.open(text, publicKey);
            return true;
          } catch {
            return false;
          }
        };
        webhook.behave(({ body }) => (isSigned(body) ? 200 : 401));
        peer = peerWith(next);
      },
      close: async () => {
        await registry.close();
        await store.close();
        await rm(folder, { recursive: true });
      },
    };
  });
}
