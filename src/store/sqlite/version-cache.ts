import type { ResourceKey, SequencedVersion } from '../store.ts';
import { nestedMap } from './nested-map.ts';

/** What an entry takes beside its body. */
const OVERHEAD = 400;

/** How many versions are remembered as read once. */
const READ_ONCE = 10_000;

/**
 * Current versions that were read lately, bounded by bytes; the one not read for longest goes first. A version is kept when it is
 * read for the second time: a client that reads all there is, each once, shall neither empty the cache nor pay for it.
 */
export class VersionCache {
  readonly #limit: number;
  readonly #ofKey = new Map<string, Map<string, SequencedVersion>>();
  readonly #bySequence = new Map<number, SequencedVersion>();
  readonly #readOnce = new Set<number>();
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: ResourceKey): SequencedVersion | undefined {
    const version = this.#ofKey.get(key.resourceType)?.get(key.id);
    if (version !== undefined) this.#touch(version);
    return version;
  }

  /** By sequence number, which names one version for ever: never stale. */
  at(sequence: number): SequencedVersion | undefined {
    const version = this.#bySequence.get(sequence);
    if (version !== undefined) this.#touch(version);
    return version;
  }

  /** Takes a version that was current when it was read just now. */
  set(version: SequencedVersion): void {
    if (!this.#isReadAgain(version.sequence)) return;
    const size = version.bodyBytes + OVERHEAD;
    if (size > this.#limit / 8) return;
    this.delete(version);
    nestedMap(this.#ofKey, version.resourceType).set(version.id, version);
    this.#bySequence.set(version.sequence, version);
    this.#bytes += size;
    for (const oldest of this.#bySequence.values()) {
      if (this.#bytes <= this.#limit) return;
      this.delete(oldest);
    }
  }

  /** Forgets what is known of a resource. */
  delete(key: ResourceKey): void {
    const ofType = this.#ofKey.get(key.resourceType);
    const version = ofType?.get(key.id);
    if (version === undefined) return;
    ofType?.delete(key.id);
    this.#bySequence.delete(version.sequence);
    this.#bytes -= version.bodyBytes + OVERHEAD;
  }

  #isReadAgain(sequence: number): boolean {
    if (this.#readOnce.delete(sequence)) return true;
    if (this.#readOnce.size >= READ_ONCE) this.#readOnce.clear();
    this.#readOnce.add(sequence);
    return false;
  }

  #touch(version: SequencedVersion): void {
    this.#bySequence.delete(version.sequence);
    this.#bySequence.set(version.sequence, version);
  }
}
