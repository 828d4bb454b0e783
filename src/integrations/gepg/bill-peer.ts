import type { Invoice, Patient, Task } from 'fhir/r4.js';
import { isRawNumber } from '../../fhir/exact-json.ts';
import { parseReference } from '../../fhir/reference.ts';
import type { JsonObject } from '../../fhir/resource.ts';
import type { Outgoing } from '../../security/outgoing.ts';
import { OutgoingError } from '../../security/outgoing.ts';
import type { SequencedVersion } from '../../store/store.ts';
import type { Peer, Verdict } from '../connector/peer.ts';
import { MalformedMessage, textOf } from './element.ts';
import { open, type Signing, seal, WrongSignature } from './envelope.ts';
import { billTask, billTaskId, type GatewayStore } from './gateway-store.ts';
import { type Bill, billSubmission, CODES, type ServiceProvider } from './messages.ts';

/** What submitting bills needs. */
export interface BillContext {
  /** Scheme, host and port of GePG's API. */
  url: string;
  provider: ServiceProvider;
  signing: Signing;
  gateway: GatewayStore;
  outgoing: Outgoing;
  /** Days that a bill can be paid. */
  expiryDays: number;
  /** Now, as a local time of GePG's without a zone; later by so many days. */
  localTime: (days: number) => string;
}

const isContribution = ({ type }: Invoice): boolean =>
  type?.coding?.some(({ code }) => code === 'contribution') === true;
/** GePG's numbers of bills are as long. */
const LONGEST_ID = 50;

const isToBill = (invoice: Invoice): boolean =>
  invoice.status === 'issued' && isContribution(invoice) && invoice.id!.length <= LONGEST_ID;

const payerOf = async ({ gateway }: BillContext, { recipient }: Invoice): Promise<Patient | undefined> => {
  const target = recipient?.reference === undefined ? undefined : parseReference(recipient.reference);
  return target?.kind === 'local' && target.resourceType === 'Patient'
    ? gateway.read<Patient>('Patient', target.id)
    : undefined;
};

const written = (value: unknown): string => (isRawNumber(value) ? value.rawJSON : String(value));

const billOf = async (context: BillContext, invoice: Invoice): Promise<Bill> => {
  const payer = await payerOf(context, invoice);
  const [name] = payer?.name ?? [];
  return {
    id: invoice.id!,
    amount: written(invoice.totalGross?.value),
    currency: invoice.totalGross?.currency ?? '',
    payerId: payer?.identifier?.[0]?.value ?? invoice.id!,
    payerName: [...(name?.given ?? []), name?.family].filter(Boolean).join(' ') || 'Contributor',
    payerPhone: payer?.telecom?.find(({ system }) => system === 'phone')?.value ?? '',
    description: 'Contribution',
    generated: context.localTime(0),
    expires: context.localTime(context.expiryDays),
  };
};

const verdictOf = (codes: string): Verdict => {
  // Several codes may come, joined by semicolons.
  const told = codes.split(';');
  if (told.includes(CODES.success) || told.includes(CODES.duplicateBill)) return { outcome: 'delivered' };
  const isTemporary = told.includes(CODES.failure);
  return { outcome: isTemporary ? 'failed' : 'refused', reason: `GePG answered ${codes}` };
};

/** Submits a bill to GePG for each contribution that is invoiced; the control number comes by itself later. */
export const billPeer = (context: BillContext): Peer => {
  const { url, provider, signing, gateway, outgoing } = context;

  const submit = async (invoice: Invoice): Promise<Verdict> => {
    const body = seal(billSubmission(await billOf(context, invoice), provider), signing);
    try {
      const answer = await outgoing({
        url: new URL('/api/bill/sigqrequest', url).href,
        method: 'POST',
        headers: { 'content-type': 'application/xml', 'gepg-com': 'default.sp.in', 'gepg-code': provider.spCode },
        body,
      });
      if (answer.status !== 200) return { outcome: 'failed', reason: `GePG answered with status ${answer.status}` };
      const acknowledged = open(answer.body.toString(), signing);
      return verdictOf(textOf(acknowledged, 'TrxStsCode') ?? 'nothing');
    } catch (error) {
      if (error instanceof OutgoingError) return { outcome: 'failed', reason: error.message };
      if (error instanceof MalformedMessage || error instanceof WrongSignature) {
        return { outcome: 'failed', reason: `The answer of GePG: ${error.message}` };
      }
      throw error;
    }
  };

  return {
    name: 'gepg.bills',
    kind: 'gepg',
    resourceTypes: ['Invoice'],
    // Invoices that were issued before the gateway was set up are billed, too.
    startAfter: 0,
    most: 1,
    collect: async (changes: readonly SequencedVersion[]): Promise<readonly JsonObject[]> =>
      changes.flatMap(({ resourceType, method, body, id }) => {
        if (resourceType !== 'Invoice' || method === 'DELETE' || !isToBill(JSON.parse(body) as Invoice)) return [];
        return [{ invoice: id }];
      }),
    send: async ([message]) => {
      const id = message!.content.invoice as string;
      const invoice = await gateway.read<Invoice>('Invoice', id);
      const task = await gateway.read<Task>('Task', billTaskId(id));
      // It was called off or paid meanwhile, or is under way since an earlier version.
      const isUnderWay = task !== undefined && task.status !== 'failed';
      if (invoice === undefined || isUnderWay || !isToBill(invoice)) return { outcome: 'delivered' };
      const verdict = await submit(invoice);
      if (verdict.outcome === 'delivered') await gateway.put(billTask(invoice, 'accepted'));
      if (verdict.outcome === 'refused') await gateway.put(billTask(invoice, 'failed', { reason: verdict.reason }));
      return verdict;
    },
  };
};
