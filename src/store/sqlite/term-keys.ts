import type { IndexEntry } from '../../search/index-entry.ts';
import type { ReferenceValue, TokenValue } from '../../search/query.ts';
import { nestedMap } from './nested-map.ts';
import { type HashState, TermHash } from './term-hash.ts';

/** Takes the keys of a resource one by one, as two signed 32-bit halves. */
export type TermSink = (high: number, low: number) => void;

type Space = 'code' | 'system' | 'id' | 'url' | 'exact' | 'all';

/** Codes of systems and types that are kept at hand; beyond that many the list starts anew. */
const REMEMBERED = 10_000;

/** Where a parameter's values are hashed from, and the family of the value that was hashed last. */
interface ValueState {
  hash: HashState;
  family: string;
  familyBits: number;
}

/** Characters that tell members of a family apart: numbers that a facility counts up differ in their last digits. */
const COUNTED = 3;

/** Of a time-ordered UUID the first ten characters are the family: a quarter of a second. */
const UUID_LENGTH = 36;
const UUID_FAMILY = 10;

const isUuid = (text: string): boolean => text.length === UUID_LENGTH && text[8] === '-' && text[23] === '-';

const familyOf = (text: string): string => text.slice(0, isUuid(text) ? UUID_FAMILY : -COUNTED);

/**
 * Makes the 64-bit keys under which `term` lists resources. What is written together shall lie together, so that a commit touches
 * few pages: the keys of one code with and without its system (of one id with and without its type) share their upper half, and
 * the upper quarter is that of a value's family, which numbers counted up and ids made one after the other have in common. The
 * other 48 bits tell the thousands of members that a family can have apart.
 */
export class TermKeys {
  readonly #hash: TermHash;
  readonly #states = new Map<Space, Map<string, Map<string, ValueState>>>();
  readonly #parameters = new Map<string, Map<string, number>>();
  readonly #qualifiers = new Map<string, number>();

  /** @param seed 8 random bytes, the same ones as long as the database lives */
  constructor(seed: Uint8Array) {
    this.#hash = new TermHash(seed);
  }

  /** The key that lists every current resource of a type. */
  ofType(resourceType: string): bigint {
    return this.#collect(sink => this.type(resourceType, sink))[0]!;
  }

  type(resourceType: string, sink: TermSink): void {
    this.#key('all', resourceType, '', '', undefined, sink);
  }

  /** Keys of an entry; none for dates. */
  entry(resourceType: string, entry: IndexEntry, sink: TermSink): void {
    const { parameter } = entry;
    if (entry.kind === 'token') {
      const { system = '', code } = entry;
      if (code !== undefined) {
        this.#key('code', resourceType, parameter, code, undefined, sink);
        this.#key('code', resourceType, parameter, code, system, sink);
      }
      if (system !== '') this.#key('system', resourceType, parameter, system, undefined, sink);
    } else if (entry.kind === 'reference') {
      if (entry.id !== undefined) {
        this.#key('id', resourceType, parameter, entry.id, undefined, sink);
        if (entry.type !== undefined) this.#key('id', resourceType, parameter, entry.id, entry.type, sink);
      }
      if (entry.url !== undefined) this.#key('url', resourceType, parameter, entry.url, undefined, sink);
    } else if (entry.kind === 'string') {
      this.#key('exact', resourceType, parameter, entry.text, undefined, sink);
    }
  }

  /** The key of what is asked for; undefined where nothing can match. */
  token(resourceType: string, parameter: string, value: TokenValue): bigint | undefined {
    return this.#collect(sink => {
      if (value.code !== undefined) this.#key('code', resourceType, parameter, value.code, value.system, sink);
      else if (value.system) this.#key('system', resourceType, parameter, value.system, undefined, sink);
    })[0];
  }

  reference(resourceType: string, parameter: string, value: ReferenceValue): bigint {
    return this.#collect(sink => {
      if ('url' in value) this.#key('url', resourceType, parameter, value.url, undefined, sink);
      else this.#key('id', resourceType, parameter, value.id, value.type, sink);
    })[0]!;
  }

  exact(resourceType: string, parameter: string, text: string): bigint {
    return this.#collect(sink => this.#key('exact', resourceType, parameter, text, undefined, sink))[0]!;
  }

  /** A number of 47 bits for a parameter of a type, for the tables that are ordered by value. */
  parameter(resourceType: string, parameter: string): number {
    const ofType = nestedMap(this.#parameters, resourceType);
    let number = ofType.get(parameter);
    if (number === undefined) {
      this.#hash.hash(this.#hash.after('parameter'), `${resourceType}.${parameter}`);
      number = (this.#hash.high & 0x7fff) * 2 ** 32 + (this.#hash.low >>> 0);
      ofType.set(parameter, number);
    }
    return number;
  }

  #key(
    space: Space,
    resourceType: string,
    parameter: string,
    text: string,
    qualifier: string | undefined,
    sink: TermSink,
  ): void {
    const mix = qualifier === undefined ? 0 : this.#qualifier(qualifier);
    const state = this.#state(space, resourceType, parameter);
    const family = this.#family(state, familyOf(text));
    this.#hash.hash(state.hash, text);
    sink(family | (this.#hash.high & 0xffff), this.#hash.low ^ mix);
  }

  /** The upper quarter of the keys of a family, in its place. */
  #family(state: ValueState, family: string): number {
    if (state.family !== family) {
      this.#hash.hash(state.hash, family);
      state.family = family;
      state.familyBits = this.#hash.high & ~0xffff;
    }
    return state.familyBits;
  }

  #state(space: Space, resourceType: string, parameter: string): ValueState {
    const ofType = nestedMap(nestedMap(this.#states, space), resourceType);
    let state = ofType.get(parameter);
    if (state === undefined) {
      state = { hash: this.#hash.after(`${space} ${resourceType}.${parameter}`), family: '', familyBits: 0 };
      this.#hash.hash(state.hash, '');
      state.familyBits = this.#hash.high & ~0xffff;
      ofType.set(parameter, state);
    }
    return state;
  }

  #qualifier(text: string): number {
    let mix = this.#qualifiers.get(text);
    if (mix === undefined) {
      this.#hash.hash(this.#hash.after('qualifier'), text);
      mix = this.#hash.low;
      if (this.#qualifiers.size >= REMEMBERED) this.#qualifiers.clear();
      this.#qualifiers.set(text, mix);
    }
    return mix;
  }

  #collect(make: (sink: TermSink) => void): bigint[] {
    const keys: bigint[] = [];
    make((high, low) => keys.push((BigInt(high) << 32n) | BigInt(low >>> 0)));
    return keys;
  }
}
