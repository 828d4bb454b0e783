import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { readDemoScheme } from '../../scripts/demo/scheme.ts';
import { readConfig } from '../../src/config.ts';
import type { Resource } from '../../src/fhir/resource.ts';
import { textOf } from '../../src/integrations/gepg/element.ts';
import { open, seal } from '../../src/integrations/gepg/envelope.ts';
import { createOutgoing } from '../../src/security/outgoing.ts';
import { createGepg, type Gepg } from '../../src/start-gepg.ts';
import { startServer, type TestServer } from '../http/start-server.ts';
import { startWebhook } from '../peers/webhook.ts';
import { describeReceiving, describeSending } from './failure-suite.ts';

const hash = 'sha1';
const folder = mkdtempSync(join(tmpdir(), 'kiungo-gepg-'));
let changes = 0;
const writeKeys = (file: string, ...keys: readonly KeyObject[]): void => {
  const pem = keys.map(key => key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }));
  writeFileSync(join(folder, file), pem.join(''));
  changes += 1;
  // Files that are written within one tick of the file system's clock look the same.
  utimesSync(join(folder, file), changes, changes);
};
const newKeys = () => generateKeyPairSync('rsa', { modulusLength: 2048 });

let provider = newKeys();
let gateway = newKeys();
let server: TestServer;
let gepg: Gepg;
let invoice: Resource;
const known = new Set<string>();
const webhook = await startWebhook((status, { body }) => {
  if (status === 401) return { status };
  const asked = open(body, { hash, gatewayKeys: [provider.publicKey] });
  const code = status === 422 ? '7242' : known.has(textOf(asked, 'BillId')!) ? '7226' : '7101';
  if (code === '7101') known.add(textOf(asked, 'BillId')!);
  const answer = `<gepgBillSubReqAck><TrxStsCode>${code}</TrxStsCode></gepgBillSubReqAck>`;
  return { status: 200, body: seal(answer, { hash, privateKey: gateway.privateKey }) };
});

const storeInvoice = async (id: string): Promise<string> => {
  const [code, uuid] = invoice.identifier as unknown as { value: string }[];
  const identifier = [
    { ...code!, value: `INV-${id}` },
    { ...uuid!, value: id },
  ];
  const { status, text } = await server.put(`Invoice/${id}`, { ...invoice, id, identifier } as unknown as Resource);
  if (status !== 201) throw new Error(text);
  return id;
};

beforeAll(async () => {
  writeKeys('own.pem', provider.privateKey);
  writeKeys('gepg.pem', gateway.publicKey);
  const environment = {
    KIUNGO_GEPG_URL: new URL(webhook.url).origin,
    KIUNGO_GEPG_KEY_FILE: join(folder, 'own.pem'),
    KIUNGO_GEPG_GATEWAY_KEY_FILE: join(folder, 'gepg.pem'),
    KIUNGO_DELIVERY: 'no',
    KIUNGO_REFERENCES: 'off',
  };
  server = await startServer(environment);
  const outgoing = createOutgoing(['127.0.0.1']);
  gepg = createGepg(readConfig(environment), server.app.deps, { outgoing, tell: () => {} })!;
  invoice = (await readDemoScheme(2026)).find(({ id }) => id === 'lungu-renewal')!;
});
afterAll(async () => {
  await webhook.close();
  await server.app.close();
  rmSync(folder, { recursive: true });
});

let count = 0;
const nextOf = (kind: string): string => {
  count += 1;
  return `${kind}${count}`;
};

describeSending('GePG', async () => ({
  store: server.app.deps.store,
  webhook,
  peers: () => [gepg.peer!],
  now: server.app.deps.now,
  cause: () => storeInvoice(nextOf('bill-')),
  keyOf: body => /<BillId>(.*)<\/BillId>/.exec(body)![1]!,
  rotateSecret: async () => {
    const next = newKeys();
    webhook.behave(({ body }) => {
      try {
        open(body, { hash, gatewayKeys: [next.publicKey] });
        return 200;
      } catch {
        return 401;
      }
    });
    provider = next;
    writeKeys('own.pem', next.privateKey);
  },
  close: async () => {},
}));

const ENVELOPE = /^<Gepg>(.*)<gepgSignature>(.*)<\/gepgSignature><\/Gepg>$/;

describeReceiving('GePG', async () => {
  await storeInvoice('paid');
  return {
    message: () => {
      const key = nextOf('P');
      const inner =
        `<gepgPmtSpInfo><PymtTrxInf><BillId>paid</BillId><PaidAmt>0.10</PaidAmt><CCy>USD</CCy><PayRefId>${key}</PayRefId>` +
        '<TrxDtTm>2026-03-02T23:30:00</TrxDtTm></PymtTrxInf></gepgPmtSpInfo>';
      const [, body, signature] = ENVELOPE.exec(seal(inner, { hash, privateKey: gateway.privateKey }))!;
      return { key, body: body!, signature: signature! };
    },
    receive: async (body, signature) => {
      const url = new URL('/integrations/gepg/payment', server.url);
      const message = `<Gepg>${body}<gepgSignature>${signature}</gepgSignature></Gepg>`;
      return (await fetch(url, { method: 'POST', body: message })).status;
    },
    done: async key => (await server.get(`PaymentNotice?identifier=${key}&_summary=count`)).body.total as number,
    rotateSecret: async () => {
      const before = gateway;
      gateway = newKeys();
      writeKeys('gepg.pem', gateway.publicKey, before.publicKey);
    },
    close: async () => {},
  };
});
