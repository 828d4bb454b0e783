import type { Outgoing } from '../../security/outgoing.ts';
import { OutgoingError } from '../../security/outgoing.ts';
import type { Verdict } from '../connector/peer.ts';
import type { PaymentGateway } from '../payments/payment-gateway.ts';
import type { PaymentStore } from '../payments/payment-store.ts';
import { MalformedMessage, textOf } from './element.ts';
import { open, type Signing, seal, WrongSignature } from './envelope.ts';
import { billCancellation, billSubmission, CODES, reconciliationRequest, type ServiceProvider } from './messages.ts';
import { receive } from './receive.ts';

/** How GePG's payments are named in what is stored. */
export const GEPG = { name: 'gepg', title: 'GePG', references: 'https://gepg.go.tz/payment-reference' } as const;

/** What the gateway needs. */
export interface GepgContext {
  /** Scheme, host and port of GePG's API. */
  url: string;
  provider: ServiceProvider;
  /** The keys of now. */
  signing: () => Signing;
  store: PaymentStore;
  outgoing: Outgoing;
  /** Reference of the insurer, to whom contributions go. */
  insurer: string;
  /** Days that a bill can be paid. */
  expiryDays: number;
  /** Now, as a local time of GePG's without a zone; later by so many days. */
  localTime: (days: number) => string;
}

/** @param also the codes that say that it was done before */
const verdictOf = (codes: string, also: string): Verdict => {
  // Several codes may come, joined by semicolons.
  const told = codes.split(';');
  if (told.includes(CODES.success) || told.includes(also)) return { outcome: 'delivered' };
  const isTemporary = told.includes(CODES.failure);
  return { outcome: isTemporary ? 'failed' : 'refused', reason: `GePG answered ${codes}` };
};

/** Tanzania's government payment gateway, whose messages are signed XML. */
export const gepgGateway = (context: GepgContext): PaymentGateway<string> => {
  const { url, provider, outgoing, localTime, expiryDays } = context;

  const ask = async (path: string, inner: string, { com, also }: { com: string; also: string }): Promise<Verdict> => {
    try {
      const signing = context.signing();
      const answer = await outgoing({
        url: new URL(path, url).href,
        method: 'POST',
        headers: { 'content-type': 'application/xml', 'gepg-com': com, 'gepg-code': provider.spCode },
        body: seal(inner, signing),
      });
      if (answer.status !== 200) return { outcome: 'failed', reason: `GePG answered with status ${answer.status}` };
      const acknowledged = open(answer.body.toString(), signing);
      const code = textOf(acknowledged, 'TrxStsCode') ?? textOf(acknowledged, 'ReconcStsCode') ?? 'nothing';
      return verdictOf(code, also);
    } catch (error) {
      if (error instanceof OutgoingError) return { outcome: 'failed', reason: error.message };
      if (error instanceof MalformedMessage || error instanceof WrongSignature) {
        return { outcome: 'failed', reason: `The answer of GePG: ${error.message}` };
      }
      throw error;
    }
  };
  const take = (message: string) => receive({ ...context, gateway: GEPG }, message);

  return {
    gateway: GEPG,
    requestCollection: bill => {
      const times = { generated: localTime(0), expires: localTime(expiryDays) };
      const options = { com: 'default.sp.in', also: CODES.duplicateBill };
      return ask('/api/bill/sigqrequest', billSubmission({ ...bill, ...times }, provider), options);
    },
    cancel: billId => {
      const options = { com: 'changebill.sp.in', also: CODES.noSuchBill };
      return ask('/api/bill/sigcancel_request', billCancellation(billId, provider), options);
    },
    requestReconciliation: (day, attempt) => {
      const options = { com: 'default.sp.in', also: CODES.success };
      return ask('/api/reconciliations/sig_sp_qrequest', reconciliationRequest(day, attempt, provider), options);
    },
    onNotification: take,
    onReconciliation: take,
  };
};
