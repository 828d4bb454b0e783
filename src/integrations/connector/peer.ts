import type { JsonObject } from '../../fhir/resource.ts';
import type { SequencedVersion } from '../../store/store.ts';
import type { Message } from './outbox.ts';

/**
 * What became of an attempt. `failed` may go well later; `refused` never will, for the message itself is at fault; `gone`: the peer wants
 * no more. A reason is for the operator, and holds no person's data.
 */
export type Verdict =
  | { outcome: 'delivered' }
  | { outcome: 'failed' | 'refused'; reason: string }
  | { outcome: 'gone' };

/** Another system that is told of changes. */
export interface Peer {
  /** Its own, for good: the name of its outbox. */
  readonly name: string;
  readonly kind: string;
  /** Sequence number of the change log after which its first message is looked for. */
  readonly startAfter: number;
  /** Messages that one attempt takes at most. */
  readonly most: number;
  /** Types of resources whose changes it looks at; bodies of others may be missing. */
  readonly resourceTypes: readonly string[];
  /** What of some changes is to be sent, in their order. May be asked again for the same changes. */
  collect(changes: readonly SequencedVersion[]): Promise<readonly JsonObject[]>;
  /** Sends messages in the order of their numbers. Does not throw for what a peer can cause, and ends in bounded time. */
  send(messages: readonly Message[]): Promise<Verdict>;
  /**
   * Ends the work after a day of failures, or where the peer is gone; may be called again. Where it is absent, a message that failed for
   * a day is set aside, and one that was refused at once; the next one is sent then.
   */
  stop?(verdict: Exclude<Verdict, { outcome: 'delivered' }>): Promise<void>;
}
