/** One exchange with a peer, as it is told to the audit log, the figures and the operator. Never holds what was exchanged. */
export interface Exchange {
  /** Name of the peer, like `subscription.123`. */
  peer: string;
  /** What kind of peer it is; a label of the figures. */
  kind: string;
  direction: 'sent' | 'received';
  outcome: 'delivered' | 'failed' | 'refused' | 'gone' | 'repeated';
  /** Whether the message is set aside with this, and not tried again by itself. */
  isSetAside?: true;
  /** Number or key of the message, for whoever looks for it. */
  message: string;
  /** When it ended, in milliseconds since 1970 UTC, and how long it took. */
  at: number;
  durationMs: number;
  /** Why it failed, for the operator; never a person's data, and no secret. */
  reason?: string;
}

/** Takes note of an exchange. Never throws, and is not waited for. */
export type TellExchange = (exchange: Exchange) => void;
