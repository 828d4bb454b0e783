import type { SearchQuery } from '../../search/query.ts';
import { TERM_LENGTH } from './terms.ts';

type Value = string | number | null | SearchQuery;

/**
 * A batch of units on its way to the writer: three flat pieces, because cloning a few large arrays between threads costs a tenth
 * of cloning many small objects. Read in the order in which it was written.
 */
export interface Packet {
  values: Value[];
  /** Terms of all changes (see `terms.ts`). */
  terms: ArrayBuffer;
  /** Bodies of all changes, one after the other, in UTF-8. */
  bodies: ArrayBuffer;
}

/** The buffers of a packet that was read, to be filled again. */
export interface PacketBuffers {
  terms: ArrayBuffer;
  bodies: ArrayBuffer;
}

const TERMS_SIZE = 96 * 1024;
const BODIES_SIZE = 512 * 1024;

/** Writes a packet. One that was taken cannot be written to any more. */
export class PacketWriter {
  readonly #values: Value[] = [];
  #terms: Int32Array<ArrayBuffer>;
  #bodies: Buffer<ArrayBuffer>;
  #termLength = 0;
  #bodyLength = 0;

  constructor(buffers?: PacketBuffers) {
    this.#terms = new Int32Array(buffers?.terms ?? new ArrayBuffer(TERMS_SIZE));
    this.#bodies = Buffer.from(buffers?.bodies ?? new ArrayBuffer(BODIES_SIZE));
  }

  /** Bytes of bodies so far. */
  get size(): number {
    return this.#bodyLength;
  }

  /** Where the packet stands, for `rewind`. */
  mark(): readonly [values: number, terms: number, bodies: number] {
    return [this.#values.length, this.#termLength, this.#bodyLength];
  }

  /** Takes back what was written since `mark`. */
  rewind([values, terms, bodies]: readonly [number, number, number]): void {
    this.#values.length = values;
    this.#termLength = terms;
    this.#bodyLength = bodies;
  }

  value(value: Value): void {
    this.#values.push(value);
  }

  /** Leaves a place for a value that is known later; `fill` it. */
  reserve(): number {
    return this.#values.push(0) - 1;
  }

  fill(place: number, value: number): void {
    this.#values[place] = value;
  }

  readonly term = (high: number, low: number, qualifier: number): void => {
    if (this.#termLength + TERM_LENGTH > this.#terms.length) {
      const larger = new Int32Array(this.#terms.length * 2);
      larger.set(this.#terms);
      this.#terms = larger;
    }
    this.#terms[this.#termLength++] = low;
    this.#terms[this.#termLength++] = high;
    this.#terms[this.#termLength++] = qualifier;
  };

  get termCount(): number {
    return this.#termLength / TERM_LENGTH;
  }

  /** @returns how many bytes `text` has */
  body(text: string): number {
    // A UTF-16 code unit takes three bytes of UTF-8 at most.
    const needed = this.#bodyLength + text.length * 3;
    if (needed > this.#bodies.byteLength) {
      const larger = Buffer.from(new ArrayBuffer(Math.max(needed, this.#bodies.byteLength * 2)));
      this.#bodies.copy(larger, 0, 0, this.#bodyLength);
      this.#bodies = larger;
    }
    const length = this.#bodies.write(text, this.#bodyLength);
    this.#bodyLength += length;
    return length;
  }

  take(): Packet {
    return { values: this.#values, terms: this.#terms.buffer, bodies: this.#bodies.buffer };
  }
}

/** Reads a packet in the order in which it was written. */
export class PacketReader {
  readonly #values: readonly Value[];
  readonly #terms: ArrayBuffer;
  readonly #bodies: ArrayBuffer;
  #next = 0;
  #term = 0;
  #body = 0;

  constructor(packet: Packet) {
    this.#values = packet.values;
    this.#terms = packet.terms;
    this.#bodies = packet.bodies;
  }

  get atEnd(): boolean {
    return this.#next >= this.#values.length;
  }

  text(): string {
    return this.#values[this.#next++] as string;
  }

  number(): number {
    return this.#values[this.#next++] as number;
  }

  query(): SearchQuery | null {
    return this.#values[this.#next++] as SearchQuery | null;
  }

  terms(count: number): Int32Array {
    const terms = new Int32Array(this.#terms, this.#term * 4, count * TERM_LENGTH);
    this.#term += terms.length;
    return terms;
  }

  body(length: number): Uint8Array {
    const body = new Uint8Array(this.#bodies, this.#body, length);
    this.#body += length;
    return body;
  }
}
