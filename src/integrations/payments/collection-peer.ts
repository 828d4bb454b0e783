import type { Invoice, Task } from 'fhir/r4.js';
import { FhirError } from '../../fhir/fhir-error.ts';
import type { JsonObject, Resource } from '../../fhir/resource.ts';
import type { SequencedVersion } from '../../store/store.ts';
import type { Peer, Verdict } from '../connector/peer.ts';
import { billOf, isCalledOff, isToCollect, payoutOf } from './bill.ts';
import type { PaymentGateway } from './payment-gateway.ts';
import type { PaymentStore } from './payment-store.ts';
import {
  billOfPayout,
  billTask,
  billTaskId,
  dayOfTask,
  dayTask,
  dayTaskId,
  failedPayouts,
  payoutTask,
  payoutTaskId,
} from './payment-tasks.ts';

type Asked = Pick<
  PaymentGateway<never>,
  'gateway' | 'requestCollection' | 'cancel' | 'requestReconciliation' | 'disburse'
>;

/** A message of the outbox names what it is about; what is asked is read when it is sent. */
type Content = { invoice: string } | { calledOff: string } | { day: string; attempt: number } | { payout: string };

const DELIVERED: Verdict = { outcome: 'delivered' };

/**
 * Asks a gateway for what follows from what is stored: to collect each contribution that is invoiced, to call off what is called off here, for
 * the reconciliation of a day that a Task asks for, and to pay out a bill that a Task orders to. A Task tells how each of these goes.
 */
export const collectionPeer = (asked: Asked, store: PaymentStore): Peer => {
  const { gateway } = asked;

  const contentOf = ({ resourceType, method, body, id, versionId }: SequencedVersion): Content | undefined => {
    if (method === 'DELETE' || (resourceType !== 'Invoice' && resourceType !== 'Task')) return undefined;
    const resource = JSON.parse(body) as Resource;
    if (resourceType === 'Task') {
      if (resource.status !== 'requested') return undefined;
      const day = dayOfTask(gateway, id);
      if (day !== undefined) return { day, attempt: versionId };
      const payout = billOfPayout(gateway, id);
      return payout === undefined ? undefined : { payout };
    }
    const invoice = resource as unknown as Invoice;
    if (isToCollect(invoice)) return { invoice: id };
    return isCalledOff(invoice) ? { calledOff: id } : undefined;
  };

  const collect = async (id: string): Promise<Verdict> => {
    const invoice = await store.read<Invoice>('Invoice', id);
    const task = await store.read<Task>('Task', billTaskId(gateway, id));
    // It was called off or paid meanwhile, or is under way since an earlier version.
    const isUnderWay = task !== undefined && task.status !== 'failed';
    if (invoice === undefined || isUnderWay || !isToCollect(invoice)) return DELIVERED;
    const verdict = await asked.requestCollection(await billOf(store, invoice), task?.meta?.versionId ?? '0');
    if (verdict.outcome === 'delivered') {
      // What the gateway told meanwhile is newer.
      await store.change<Task>('Task', billTaskId(gateway, id), current =>
        current?.meta?.versionId === task?.meta?.versionId ? billTask(gateway, id, { status: 'accepted' }) : undefined,
      );
    }
    if (verdict.outcome === 'refused') {
      const { reason } = verdict;
      await store.change<Task>('Task', billTaskId(gateway, id), () =>
        billTask(gateway, id, { status: 'failed', reason }),
      );
    }
    return verdict;
  };

  const callOff = async (id: string): Promise<Verdict> => {
    const task = await store.read<Task>('Task', billTaskId(gateway, id));
    const isAtGateway = task?.status === 'accepted' || task?.status === 'completed';
    if (!isAtGateway || asked.cancel === undefined) return DELIVERED;
    const verdict = await asked.cancel(id);
    if (verdict.outcome === 'delivered')
      await store.change<Task>('Task', billTaskId(gateway, id), () => billTask(gateway, id, { status: 'cancelled' }));
    return verdict;
  };

  const reconcile = async (day: string, attempt: number): Promise<Verdict> => {
    const id = dayTaskId(gateway, day);
    const isAsked = (await store.read<Task>('Task', id))?.status === 'requested';
    if (!isAsked || asked.requestReconciliation === undefined) return DELIVERED;
    const verdict = await asked.requestReconciliation(day, attempt);
    await store.change<Task>('Task', id, current => {
      // The reconciliation can be here before the answer.
      if (current?.status !== 'requested') return undefined;
      if (verdict.outcome === 'delivered') return dayTask(gateway, day, 'accepted');
      return verdict.outcome === 'refused' ? dayTask(gateway, day, 'failed', verdict.reason) : undefined;
    });
    return verdict;
  };

  const payOut = async (billId: string): Promise<Verdict> => {
    const id = payoutTaskId(gateway, billId);
    const task = await store.read<Task>('Task', id);
    if (task?.status !== 'requested') return DELIVERED;
    const payout = asked.disburse === undefined ? 'Nothing is paid out by this gateway' : await payoutOf(store, billId);
    const verdict: Verdict =
      typeof payout === 'string'
        ? { outcome: 'refused', reason: payout }
        : await asked.disburse!(payout, String(failedPayouts(task)));
    if (verdict.outcome !== 'delivered' && verdict.outcome !== 'refused') return verdict;
    const told =
      'reason' in verdict ? ({ status: 'failed', reason: verdict.reason } as const) : ({ status: 'accepted' } as const);
    await store.change<Task>('Task', id, current =>
      current?.status === 'requested' ? payoutTask(gateway, billId, { ...told, current }) : undefined,
    );
    // An order that cannot be carried out is told to who gave it; sent again, it would be no other.
    return typeof payout === 'string' ? DELIVERED : verdict;
  };

  const ask = async (content: Content): Promise<Verdict> => {
    if ('invoice' in content) return collect(content.invoice);
    if ('calledOff' in content) return callOff(content.calledOff);
    if ('payout' in content) return payOut(content.payout);
    return reconcile(content.day, content.attempt);
  };

  return {
    name: `${gateway.name}.bills`,
    kind: gateway.name,
    resourceTypes: ['Invoice', 'Task'],
    // Invoices that were issued before the gateway was set up are billed, too.
    startAfter: 0,
    most: 1,
    collect: async changes => changes.map(contentOf).filter(content => content !== undefined) as readonly JsonObject[],
    send: async ([message]) => {
      try {
        return await ask(message!.content as unknown as Content);
      } catch (error) {
        // What the rules of this server refuse to store would be refused for ever, and must not stand in the way of the next.
        if (!(error instanceof FhirError) || error.status >= 500) throw error;
        const rules = error.issues.map(({ rule }) => rule).join(', ');
        return { outcome: 'refused', reason: `What became of it cannot be stored: ${rules}` };
      }
    },
  };
};
