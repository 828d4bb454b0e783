import type { Verdict } from '../connector/peer.ts';
import type { Bill, Payout } from './bill.ts';

/** What became of a message that a gateway sent: the answer to it in its own form, and how that is told to the operator. */
export interface Answered {
  status: number;
  /** Media type of the body. */
  contentType: string;
  body: string;
  outcome: 'delivered' | 'refused';
  /** Key of the message; never a person's data. */
  message: string;
  reason?: string;
}

/** How payments of a gateway are named in what is stored of them. */
export interface GatewayName {
  /** Begins the ids of all that is stored: `gepg` for `Task/gepg-<invoice>`. Letters and digits. */
  name: string;
  /** As people call it. */
  title: string;
  /** System of the numbers that it gives to payments; each payment is told once by its own. */
  references: string;
}

/**
 * A payment gateway: what can be asked of it, and what it sends by itself. None of it throws for what the gateway can cause. What is asked
 * is asked from an outbox, so a gateway must know a question that comes twice. Messages of the gateway are `Raw`: what came over the wire.
 */
export interface PaymentGateway<Raw> {
  readonly gateway: GatewayName;
  /**
   * Asks for the money of a bill. `delivered`: the gateway took the bill, and tells how it goes on.
   * @param attempt the same when one attempt is made again, another one after a collection that failed
   */
  requestCollection(bill: Bill, attempt: string): Promise<Verdict>;
  /** Calls off a bill of this id, which must not be paid any more. `delivered` also where the gateway has no such bill. */
  cancel?(billId: string): Promise<Verdict>;
  /**
   * Asks what was paid on a day, `YYYY-MM-DD` in the gateway's zone.
   * @param attempt the number of times that the day was asked for, from 1
   */
  requestReconciliation?(day: string, attempt: number): Promise<Verdict>;
  /**
   * Pays what a facility is owed. `delivered`: the gateway took the order, and tells how it goes on.
   * @param attempt the same as long as the payout has not failed, so that nothing is paid twice
   */
  disburse?(payout: Payout, attempt: string): Promise<Verdict>;
  /** Takes a control number, a refusal or a payment. */
  onNotification(message: Raw): Promise<Answered>;
  /** Takes what was paid on a day; absent where that is the answer to `requestReconciliation`. */
  onReconciliation?(message: Raw): Promise<Answered>;
}
