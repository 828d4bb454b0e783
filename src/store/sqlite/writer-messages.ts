import type { CommitResult } from '../store.ts';
import type { StoreError } from '../store-error.ts';
import type { StoreKey } from '../store-keys.ts';
import type { Packet, PacketBuffers } from './packet.ts';
import type { SearchBounds } from './search-bounds.ts';

export interface WriterLimits extends SearchBounds {
  /** Rows of terms that are folded in together, at least. */
  foldRows: number;
  /** Types of resources whose words are indexed. */
  fullTextTypes: readonly string[];
}

/** What the writer thread is started with. */
export interface WriterData extends WriterLimits {
  file: string;
  durable: boolean;
  /** Bytes of pages that are kept in memory. */
  cacheBytes: number;
  /** What bodies are sealed with, and were. */
  keys: readonly StoreKey[];
}

/** What the writer thread is asked for. */
export type ToWriter = { kind: 'commit'; packet: Packet } | { kind: 'check' } | { kind: 'close' };

/** An error on its way between threads: of the store where `kind` is given. */
export interface SentError {
  kind?: StoreError['kind'];
  message: string;
}

/** What the writer thread answers, in the order in which it was asked; `ready` comes first, unasked. */
export type FromWriter =
  | { kind: 'ready' }
  | { kind: 'committed'; results: readonly (CommitResult | SentError)[]; buffers: PacketBuffers }
  | { kind: 'checked'; error?: SentError }
  | { kind: 'closed' };
