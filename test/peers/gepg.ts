import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Element, textOf } from '../../src/integrations/gepg/element.ts';
import { open, seal } from '../../src/integrations/gepg/envelope.ts';

/** How the peer behaves: as it should, or with a fault. `late`: it does what it is asked, and the line breaks before it answers. */
export type GepgMood = 'well' | 'away' | 'wrong-signature' | 'late' | `code ${string}`;

/** A payment that is made at the peer. */
export interface MadePayment {
  reference: string;
  amount: string;
  currency?: string;
  billId: string;
  paidAt?: string;
}

/** GePG as a service provider sees it, in this process, with keys of its own. */
export interface GepgPeer {
  url: string;
  /** What a service provider verifies its messages by, as PEM. */
  publicKey: string;
  /** What a service provider signs with here, as PEM. */
  providerKey: string;
  /** Bills that were submitted. */
  readonly bills: readonly Element[];
  /** Bills that were called off. */
  readonly cancelled: readonly string[];
  /** Days whose reconciliation was asked for, with the numbers of the requests. */
  readonly days: readonly { id: number; day: string }[];
  mood(mood: GepgMood): void;
  /** Signed messages as it sends them. */
  controlNumber(billId: string, controlNumber: string | undefined): string;
  payment(payment: MadePayment): string;
  reconciliation(payments: readonly MadePayment[], id?: number): string;
  /** A message signed by somebody else. */
  forged(message: string): string;
  /** The code of an acknowledgement, whose signature must be the provider's. */
  codeOf(acknowledgement: string): string | undefined;
  close(): Promise<void>;
}

const textFrom = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
};
const inner = (message: string): string => message.slice('<Gepg>'.length, message.indexOf('<gepgSignature>'));
const pem = (key: KeyObject): string =>
  key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }).toString();

/** Starts the peer on a free port, or on a given one. */
export const startGepg = async (hash: 'sha1' | 'sha256' = 'sha1', port = 0): Promise<GepgPeer> => {
  const [own, provider, stranger] = [0, 1, 2].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 })) as [
    { privateKey: KeyObject; publicKey: KeyObject },
    { privateKey: KeyObject; publicKey: KeyObject },
    { privateKey: KeyObject; publicKey: KeyObject },
  ];
  const bills: Element[] = [];
  const known = new Set<string>();
  const cancelled: string[] = [];
  const days: { id: number; day: string }[] = [];
  let mood: GepgMood = 'well';
  const sealed = (text: string): string => seal(text, { hash, privateKey: own.privateKey });
  const opened = (text: string): Element => open(text, { hash, gatewayKeys: [provider.publicKey] });

  const bill = (asked: Element): string => {
    const id = textOf(asked, 'BillId')!;
    const code = mood.startsWith('code ') ? mood.slice(5) : known.has(id) ? '7226' : '7101';
    if (code === '7101') {
      known.add(id);
      bills.push(asked);
    }
    return `<gepgBillSubReqAck><TrxStsCode>${code}</TrxStsCode></gepgBillSubReqAck>`;
  };
  const cancel = (asked: Element): string => {
    const id = textOf(asked, 'BillId')!;
    if (known.delete(id)) cancelled.push(id);
    const code = cancelled.includes(id) ? '7101' : '7204';
    return `<gepgBillCanclResp><BillId>${id}</BillId><TrxStsCode>${code}</TrxStsCode></gepgBillCanclResp>`;
  };
  const reconcile = (asked: Element): string => {
    const [id, day] = [textOf(asked, 'SpReconcReqId'), textOf(asked, 'TnxDt')];
    days.push({ id: Number(id), day: day! });
    return '<gepgSpReconcReqAck><ReconcStsCode>7101</ReconcStsCode></gepgSpReconcReqAck>';
  };
  const answerTo = (asked: Element): string => {
    if (asked.name === 'gepgBillCanclReq') return cancel(asked);
    return asked.name === 'gepgSpReconcReq' ? reconcile(asked) : bill(asked);
  };

  const server = createServer(async (request, response) => {
    const text = await textFrom(request);
    if (mood === 'away') {
      response.writeHead(503).end();
      return;
    }
    const acknowledgement = answerTo(opened(text));
    if (mood === 'late') {
      response.destroy();
      return;
    }
    const isForged = mood === 'wrong-signature';
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.end(isForged ? seal(acknowledgement, { hash, privateKey: stranger.privateKey }) : sealed(acknowledgement));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  const row = ({ reference, amount, currency = 'USD', billId, paidAt = '2026-03-02T23:30:00' }: MadePayment): string =>
    `<PaidAmt>${amount}</PaidAmt><CCy>${currency}</CCy><PayRefId>${reference}</PayRefId><TrxDtTm>${paidAt}</TrxDtTm>` +
    `<SpBillId>${billId}</SpBillId>`;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    publicKey: pem(own.publicKey),
    providerKey: pem(provider.privateKey),
    bills,
    cancelled,
    days,
    mood: next => {
      mood = next;
    },
    controlNumber: (billId, controlNumber) =>
      sealed(
        `<gepgBillSubResp><BillTrxInf><BillId>${billId}</BillId><TrxSts>${controlNumber === undefined ? 'GF' : 'GS'}</TrxSts>` +
          `<PayCntrNum>${controlNumber ?? ''}</PayCntrNum><TrxStsCode>${controlNumber === undefined ? '7242' : '7101'}</TrxStsCode>` +
          '</BillTrxInf></gepgBillSubResp>',
      ),
    payment: payment =>
      sealed(
        `<gepgPmtSpInfo><PymtTrxInf>${row(payment).replaceAll('SpBillId', 'BillId')}</PymtTrxInf></gepgPmtSpInfo>`,
      ),
    reconciliation: (payments, id = 1) =>
      sealed(
        `<gepgSpReconcResp><ReconcBatchInfo><SpReconcReqId>${id}</SpReconcReqId><ReconcStsCode>7101</ReconcStsCode></ReconcBatchInfo>` +
          `<ReconcTrans>${payments.map(payment => `<ReconcTrxInf>${row(payment)}</ReconcTrxInf>`).join('')}</ReconcTrans></gepgSpReconcResp>`,
      ),
    forged: message => seal(inner(message), { hash, privateKey: stranger.privateKey }),
    codeOf: text => textOf(opened(text), 'TrxStsCode') ?? textOf(opened(text), 'ReconcStsCode'),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
