import type { SearchQuery } from '../../search/query.ts';
import { TERM_LENGTH } from './terms.ts';

/**
 * A batch of units on its way to the writer: a few flat pieces, because cloning a few large ones between threads costs a tenth of
 * cloning many small ones. Each is read in the order in which it was written.
 */
export interface Packet {
  /** All texts, one after the other; their lengths are among the numbers. */
  texts: string;
  numbers: Float64Array<ArrayBuffer>;
  queries: SearchQuery[];
  /** Terms of all changes (see `terms.ts`). */
  terms: ArrayBuffer;
  /** Bodies of all changes, one after the other, in UTF-8. */
  bodies: ArrayBuffer;
}

/** The buffers of a packet that was read, to be filled again. */
export interface PacketBuffers {
  numbers: ArrayBuffer;
  terms: ArrayBuffer;
  bodies: ArrayBuffer;
}

const NUMBERS_SIZE = 64 * 1024;
const TERMS_SIZE = 96 * 1024;
const BODIES_SIZE = 512 * 1024;

/** Where a packet stands, for `rewind`. */
export interface PacketMark {
  texts: number;
  numbers: number;
  queries: number;
  terms: number;
  bodies: number;
}

/** Writes a packet. One that was taken cannot be written to any more. */
export class PacketWriter {
  readonly #texts: string[] = [];
  readonly #queries: SearchQuery[] = [];
  #numbers: Float64Array<ArrayBuffer>;
  #terms: Int32Array<ArrayBuffer>;
  #bodies: Buffer<ArrayBuffer>;
  #numberLength = 0;
  #termLength = 0;
  #bodyLength = 0;
  /** Where times stand that are known later: pairs of a place among the numbers and one in the bodies, -1 for none. */
  #times: number[] = [];

  constructor(buffers?: PacketBuffers) {
    this.#numbers = new Float64Array(buffers?.numbers ?? new ArrayBuffer(NUMBERS_SIZE));
    this.#terms = new Int32Array(buffers?.terms ?? new ArrayBuffer(TERMS_SIZE));
    this.#bodies = Buffer.from(buffers?.bodies ?? new ArrayBuffer(BODIES_SIZE));
  }

  /** Bytes of bodies so far. */
  get size(): number {
    return this.#bodyLength;
  }

  mark(): PacketMark {
    return {
      texts: this.#texts.length,
      numbers: this.#numberLength,
      queries: this.#queries.length,
      terms: this.#termLength,
      bodies: this.#bodyLength,
    };
  }

  /** Takes back what was written since `mark`. */
  rewind({ texts, numbers, queries, terms, bodies }: PacketMark): void {
    this.#texts.length = texts;
    this.#numberLength = numbers;
    this.#queries.length = queries;
    this.#termLength = terms;
    this.#bodyLength = bodies;
    this.#times = [];
  }

  text(text: string): void {
    this.#texts.push(text);
    this.number(text.length);
  }

  number(number: number): void {
    if (this.#numberLength === this.#numbers.length) {
      const larger = new Float64Array(this.#numbers.length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#numberLength++] = number;
  }

  query(query: SearchQuery): void {
    this.#queries.push(query);
  }

  /** Leaves a place for a number that is known later; `fill` it. */
  reserve(): number {
    this.number(0);
    return this.#numberLength - 1;
  }

  fill(place: number, number: number): void {
    this.#numbers[place] = number;
  }

  /** Leaves the time of a change to be filled by `stamp`: the number that was written last and, if there is a body, in that. */
  leaveTime(atBody: number | undefined): void {
    this.#times.push(this.#numberLength - 1, atBody ?? -1);
  }

  /** Fills all times that were left. `text` is as long as what stands in the bodies. */
  stamp(time: number, text: string): void {
    for (let at = 0; at < this.#times.length; at += 2) {
      this.#numbers[this.#times[at]!] = time;
      const inBody = this.#times[at + 1]!;
      if (inBody >= 0) this.#bodies.write(text, inBody, 'latin1');
    }
    this.#times = [];
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

  /** Makes room for bodies of so many bytes at once. What was written is copied at each growth, which takes its time where it is much. */
  expect(bytes: number): void {
    const needed = this.#bodyLength + bytes;
    if (needed <= this.#bodies.byteLength) return;
    const larger = Buffer.from(new ArrayBuffer(Math.max(needed, this.#bodies.byteLength * 2)));
    this.#bodies.copy(larger, 0, 0, this.#bodyLength);
    this.#bodies = larger;
  }

  /** @returns how many bytes `text` has */
  body(text: string): number {
    // A UTF-16 code unit takes three bytes of UTF-8 at most.
    this.expect(text.length * 3);
    const length = this.#bodies.write(text, this.#bodyLength);
    this.#bodyLength += length;
    return length;
  }

  take(): Packet {
    return {
      texts: this.#texts.join(''),
      numbers: this.#numbers.subarray(0, this.#numberLength),
      queries: this.#queries,
      terms: this.#terms.buffer,
      bodies: this.#bodies.buffer,
    };
  }
}

/** Reads a packet in the order in which it was written. */
export class PacketReader {
  readonly #packet: Packet;
  #text = 0;
  #number = 0;
  #query = 0;
  #term = 0;
  #body = 0;

  constructor(packet: Packet) {
    this.#packet = packet;
  }

  get atEnd(): boolean {
    return this.#number >= this.#packet.numbers.length;
  }

  text(): string {
    const from = this.#text;
    this.#text += this.number();
    return this.#packet.texts.slice(from, this.#text);
  }

  number(): number {
    return this.#packet.numbers[this.#number++]!;
  }

  query(): SearchQuery {
    return this.#packet.queries[this.#query++]!;
  }

  terms(count: number): Int32Array {
    const terms = new Int32Array(this.#packet.terms, this.#term * 4, count * TERM_LENGTH);
    this.#term += terms.length;
    return terms;
  }

  body(length: number): Uint8Array {
    const body = new Uint8Array(this.#packet.bodies, this.#body, length);
    this.#body += length;
    return body;
  }
}
