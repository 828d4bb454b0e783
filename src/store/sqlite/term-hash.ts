/** The state of a hash after a prefix, from which many texts can be hashed. */
export interface HashState {
  readonly v0: number;
  readonly v1: number;
  readonly v2: number;
  readonly v3: number;
}

/**
 * HalfSipHash-1-3 with 64 bits of output over the UTF-16 code units of a text, two to a block. Keyed with a random seed, so that
 * nobody outside can make two values collide. What it yields is stored: it must never change.
 * https://www.aumasson.jp/siphash/
 */
export class TermHash {
  /** The two halves of the last hash, as signed 32-bit integers. */
  high = 0;
  low = 0;
  readonly start: HashState;
  #v0 = 0;
  #v1 = 0;
  #v2 = 0;
  #v3 = 0;

  /** @param seed 8 bytes */
  constructor(seed: Uint8Array) {
    const view = new DataView(seed.buffer, seed.byteOffset, 8);
    const k0 = view.getInt32(0, true);
    const k1 = view.getInt32(4, true);
    this.start = { v0: k0, v1: k1 ^ 0xee, v2: 0x6c796765 ^ k0, v3: 0x74656462 ^ k1 };
  }

  /** The state after `prefix`; its length is hashed with it, so that no two splits of a text look alike. */
  after(prefix: string): HashState {
    this.#absorb(this.start, prefix);
    return { v0: this.#v0, v1: this.#v1, v2: this.#v2, v3: this.#v3 };
  }

  /** Hashes `text` from `state` into `high` and `low`. */
  hash(state: HashState, text: string): void {
    this.#absorb(state, text);
    this.#v2 ^= 0xee;
    this.#round();
    this.#round();
    this.#round();
    this.high = this.#v1 ^ this.#v3;
    this.#v1 ^= 0xdd;
    this.#round();
    this.#round();
    this.#round();
    this.low = this.#v1 ^ this.#v3;
  }

  #absorb(state: HashState, text: string): void {
    this.#v0 = state.v0;
    this.#v1 = state.v1;
    this.#v2 = state.v2;
    this.#v3 = state.v3;
    const length = text.length;
    const pairs = length & ~1;
    for (let i = 0; i < pairs; i += 2) this.#block(text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16));
    this.#block(length % 2 === 1 ? text.charCodeAt(length - 1) : 0);
    this.#block(length);
  }

  #block(word: number): void {
    this.#v3 ^= word;
    this.#round();
    this.#v0 ^= word;
  }

  #round(): void {
    let v0 = this.#v0;
    let v1 = this.#v1;
    let v2 = this.#v2;
    let v3 = this.#v3;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    this.#v0 = v0;
    this.#v1 = v1;
    this.#v2 = v2;
    this.#v3 = v3;
  }
}
