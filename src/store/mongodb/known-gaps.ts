/** Searches whose gaps are remembered; beyond it, all are forgotten. */
const MOST = 100;

/**
 * From where to where in the order of commits a search for new versions has found nothing. Nothing comes to be there later, so who asks
 * again every half second costs no more than a look at where the store stands.
 */
export class KnownGaps {
  readonly #gaps = new Map<string, { after: number; upTo: number }>();

  /** Where the search `key` after a sequence number has to begin. */
  begin(key: string, after: number): number {
    const gap = this.#gaps.get(key);
    return gap !== undefined && after >= gap.after && after < gap.upTo ? gap.upTo : after;
  }

  /** It has found nothing after a sequence number, up to another one. */
  note(key: string, after: number, upTo: number): void {
    const gap = this.#gaps.get(key);
    const isLonger = gap !== undefined && after >= gap.after && after <= gap.upTo;
    if (gap === undefined && this.#gaps.size >= MOST) this.#gaps.clear();
    this.#gaps.set(key, { after: isLonger ? gap.after : after, upTo });
  }
}
