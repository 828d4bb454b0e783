import type { IndexEntry } from '../../search/index-entry.ts';
import type { ReferenceValue, TokenValue } from '../../search/query.ts';
import { nestedMap } from './nested-map.ts';
import { type HashState, TermHash } from './term-hash.ts';

/** Takes the terms of a resource one by one: a key as two signed 32-bit halves, and its qualifier. */
export type TermSink = (high: number, low: number, qualifier: number) => void;

/** A term that is asked for; without a qualifier, any will do. */
export interface TermKey {
  key: bigint;
  qualifier?: number;
}

/** The qualifier of a code without a system, and of all that has none. */
const UNQUALIFIED = 0;

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

/** Names with `$` are made of values, of which there is no end: nothing is kept of them. */
const isOpenEnded = (parameter: string): boolean => parameter.includes('$');

const isUuid = (text: string): boolean => text.length === UUID_LENGTH && text[8] === '-' && text[23] === '-';

const familyOf = (text: string): string => text.slice(0, isUuid(text) ? UUID_FAMILY : -COUNTED);

/**
 * Makes the 64-bit keys under which `term` lists resources, and the 32-bit qualifiers that tell a code's system or an id's type.
 * What is written together shall lie together, so that few pages change: the upper quarter of a key is that of a value's family,
 * which numbers counted up and ids made one after the other have in common. The other 48 bits tell the thousands of members that
 * a family can have apart.
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

  /** The term that lists every current resource of a type; its qualifiers are the numbers of their shapes. */
  ofType(resourceType: string): TermKey {
    return this.#asked('all', resourceType, '', '', undefined);
  }

  /** @returns the number of the shape (see `Shapes`) */
  type(resourceType: string, shape: string, sink: TermSink): number {
    const number = this.#qualifier(shape);
    this.#key('all', resourceType, '', '', number, sink);
    return number;
  }

  /** Terms of an entry; none for dates, numbers and texts. */
  entry(resourceType: string, entry: IndexEntry, sink: TermSink): void {
    const { parameter } = entry;
    if (entry.kind === 'token') {
      const { system = '', code } = entry;
      if (code !== undefined) this.#key('code', resourceType, parameter, code, this.#qualifier(system), sink);
      if (system !== '') this.#key('system', resourceType, parameter, system, UNQUALIFIED, sink);
    } else if (entry.kind === 'reference') {
      const { type = '', id, url } = entry;
      if (id !== undefined) this.#key('id', resourceType, parameter, id, this.#qualifier(type), sink);
      if (url !== undefined) this.#key('url', resourceType, parameter, url, UNQUALIFIED, sink);
    } else if (entry.kind === 'string') {
      this.#key('exact', resourceType, parameter, entry.text, UNQUALIFIED, sink);
    }
  }

  /** What a token asks for; undefined where nothing can match. */
  token(resourceType: string, parameter: string, { system, code }: TokenValue): TermKey | undefined {
    if (code !== undefined) return this.#asked('code', resourceType, parameter, code, this.#qualifierAsked(system));
    return system ? this.#asked('system', resourceType, parameter, system, UNQUALIFIED) : undefined;
  }

  reference(resourceType: string, parameter: string, value: ReferenceValue): TermKey {
    if ('url' in value) return this.#asked('url', resourceType, parameter, value.url, UNQUALIFIED);
    return this.#asked('id', resourceType, parameter, value.id, this.#qualifierAsked(value.type));
  }

  exact(resourceType: string, parameter: string, text: string): TermKey {
    return this.#asked('exact', resourceType, parameter, text, UNQUALIFIED);
  }

  /** A number of 47 bits for a parameter of a type, for the tables that are ordered by value. */
  parameter(resourceType: string, parameter: string): number {
    const ofType = nestedMap(this.#parameters, resourceType);
    let number = ofType.get(parameter);
    if (number === undefined) {
      number = this.#parameter(resourceType, parameter);
      if (!isOpenEnded(parameter)) ofType.set(parameter, number);
    }
    return number;
  }

  #parameter(resourceType: string, parameter: string): number {
    this.#hash.hash(this.#hash.after('parameter'), `${resourceType}.${parameter}`);
    return (this.#hash.high & 0x7fff) * 2 ** 32 + (this.#hash.low >>> 0);
  }

  #key(space: Space, resourceType: string, parameter: string, text: string, qualifier: number, sink: TermSink): void {
    const state = this.#state(space, resourceType, parameter);
    const family = this.#family(state, familyOf(text));
    this.#hash.hash(state.hash, text);
    sink(family | (this.#hash.high & 0xffff), this.#hash.low, qualifier);
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
      state = this.#newState(space, resourceType, parameter);
      if (!isOpenEnded(parameter)) ofType.set(parameter, state);
    }
    return state;
  }

  #newState(space: Space, resourceType: string, parameter: string): ValueState {
    const state = { hash: this.#hash.after(`${space} ${resourceType}.${parameter}`), family: '', familyBits: 0 };
    this.#hash.hash(state.hash, '');
    state.familyBits = this.#hash.high & ~0xffff;
    return state;
  }

  /** 32 bits of a system or a type; `UNQUALIFIED` is that of the empty text alone. */
  #qualifier(text: string): number {
    if (text === '') return UNQUALIFIED;
    let qualifier = this.#qualifiers.get(text);
    if (qualifier === undefined) {
      this.#hash.hash(this.#hash.after('qualifier'), text);
      qualifier = this.#hash.low === UNQUALIFIED ? 1 : this.#hash.low;
      if (this.#qualifiers.size >= REMEMBERED) this.#qualifiers.clear();
      this.#qualifiers.set(text, qualifier);
    }
    return qualifier;
  }

  #qualifierAsked(text: string | undefined): number | undefined {
    return text === undefined ? undefined : this.#qualifier(text);
  }

  #asked(space: Space, resourceType: string, parameter: string, text: string, qualifier: number | undefined): TermKey {
    let key = 0n;
    this.#key(space, resourceType, parameter, text, UNQUALIFIED, (high, low) => {
      key = (BigInt(high) << 32n) | BigInt(low >>> 0);
    });
    return qualifier === undefined ? { key } : { key, qualifier };
  }
}
