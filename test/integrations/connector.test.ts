import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSigned, sign } from '../../src/integrations/connector/hmac-signature.ts';
import { createInbox } from '../../src/integrations/connector/inbox.ts';
import type { Peer } from '../../src/integrations/connector/peer.ts';
import { createPeerSecrets, type PeerSecrets } from '../../src/integrations/connector/peer-secrets.ts';
import type { Store } from '../../src/store/store.ts';
import { backends } from '../contract/backends.ts';
import { startWebhook } from '../peers/webhook.ts';
import { describeReceiving, describeSending } from './failure-suite.ts';

const createOf = (resourceType: string, id: string) => ({
  ...{ resourceType, id, versionId: 1, lastUpdated: Date.now(), index: [] },
  ...{ method: 'POST' as const, text: JSON.stringify({ resourceType, id }) },
});

/** Secrets in a file, the first of which is the current one. */
const secretFile = async (): Promise<{
  secrets: PeerSecrets;
  set(...lines: string[]): Promise<void>;
  folder: string;
}> => {
  const folder = await mkdtemp(join(tmpdir(), 'kiungo-secrets-'));
  let changes = 0;
  return {
    folder,
    secrets: createPeerSecrets(folder, {}),
    set: async (...lines) => {
      await writeFile(join(folder, 'ledger'), lines.join('\n'));
      changes += 1;
      // Files that are written within one tick of the file system's clock look the same.
      await utimes(join(folder, 'ledger'), changes, changes);
    },
  };
};

/** A ledger on another machine, which is told of each invoice, signed. */
const ledgerPeer = (url: string, secrets: PeerSecrets): Peer => ({
  name: 'ledger',
  kind: 'ledger',
  resourceTypes: ['Invoice'],
  startAfter: 0,
  most: 1,
  collect: async changes =>
    changes.filter(({ resourceType }) => resourceType === 'Invoice').map(({ id }) => ({ invoice: id })),
  send: async ([message]) => {
    const body = JSON.stringify(message!.content);
    const headers = { 'x-signature': sign(await secrets.of('ledger'), body) };
    try {
      const { status } = await fetch(url, { method: 'POST', body, headers, signal: AbortSignal.timeout(10_000) });
      if (status < 300) return { outcome: 'delivered' };
      return { outcome: status === 422 ? 'refused' : 'failed', reason: `Status ${status}` };
    } catch {
      return { outcome: 'failed', reason: 'No answer' };
    }
  },
});

for (const backend of backends) {
  describeSending(`A connector on ${backend.name}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kiungo-connector-'));
    const store = await backend.open(folder);
    const webhook = await startWebhook();
    const file = await secretFile();
    let secret = 'first';
    await file.set(secret);
    const peer = ledgerPeer(webhook.url, file.secrets);
    let count = 0;
    return {
      store,
      webhook,
      peers: () => [peer],
      now: Date.now,
      cause: async () => {
        count += 1;
        await store.commit({ changes: [createOf('Invoice', `i${count}`), createOf('Patient', `p${count}`)] });
        return `i${count}`;
      },
      keyOf: body => (JSON.parse(body) as { invoice: string }).invoice,
      rotateSecret: async () => {
        secret = 'second';
        webhook.behave(({ body, headers }) => (isSigned([secret], body, String(headers['x-signature'])) ? 200 : 401));
        await file.set(secret, 'first');
      },
      close: async () => {
        await webhook.close();
        await store.close();
        await Promise.all([folder, file.folder].map(each => rm(each, { recursive: true })));
      },
    };
  });

  describeReceiving(`A connector on ${backend.name}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kiungo-connector-'));
    const store: Store = await backend.open(folder);
    const file = await secretFile();
    let secret = 'first';
    await file.set(secret);
    const process = createInbox(store, { peer: 'ledger', now: Date.now });
    let count = 0;
    return {
      message: () => {
        count += 1;
        const body = JSON.stringify({ payment: `p${count}` });
        return { key: `p${count}`, body, signature: sign([secret], body) };
      },
      receive: async (body, signature) => {
        if (!isSigned(await file.secrets.of('ledger'), body, signature)) return 401;
        const { payment } = JSON.parse(body) as { payment: string };
        const { outcome } = await process(payment, { changes: [createOf('PaymentNotice', crypto.randomUUID())] });
        if (outcome === 'committed') done.set(payment, (done.get(payment) ?? 0) + 1);
        return outcome === 'committed' || outcome === 'used-before' ? 200 : 500;
      },
      done: async key => done.get(key) ?? 0,
      rotateSecret: async () => {
        secret = 'second';
        await file.set(secret, 'first');
      },
      close: async () => {
        await store.close();
        await Promise.all([folder, file.folder].map(each => rm(each, { recursive: true })));
      },
    };
  });
}

const done = new Map<string, number>();
