import type { Ast } from './ast.ts';
import { Unsupported } from './unsupported.ts';

/**
 * One item of a collection in generated code: names of variables, or literals. `value` is its JSON value (null where there is only a
 * twin), `object` what its elements are read from, `twin` the `_name` object of a primitive, `type` the FHIR type that its key told.
 */
export interface Operand {
  value: string;
  object?: string;
  twin?: string;
  type?: string;
}

/** What `$this`, `$index` and `$total` are. `$this` is one item, or in `iif()` a whole collection, kept in an array of `Item`. */
export interface Scope {
  focus: Operand | { array: string };
  index?: string;
  total?: string;
}

/** What the receiver of a stream looks at: the twins of primitives; whether a union has duplicates. */
export interface Needs {
  twin: boolean;
  distinct: boolean;
}

/** Twins and duplicates matter. */
export const ALL: Needs = { twin: true, distinct: true };

/** Values and duplicates matter, twins do not. */
export const VALUES: Needs = { twin: false, distinct: true };

/** Only whether there is something. */
export const PRESENCE: Needs = { twin: false, distinct: false };

/** A three-valued boolean: `js` is an expression without side effects; `definite` says that it is never undefined. */
export interface Truth {
  js: string;
  definite: boolean;
}

/** Writes what is done with one item. */
export type Sink = (item: Operand) => void;

/** A function with its arguments. */
export type Call = Extract<Ast, { kind: 'call' }>;

/**
 * What the parts of the generator ask of the whole. Every method writes statements to `code`; those that return JavaScript return an
 * expression over the variables that these statements declare.
 */
export interface Generator {
  readonly code: Code;
  /** Statements that run `sink`'s statements for each item of a collection, in order. No array is built where none is needed. */
  stream(ast: Ast | undefined, scope: Scope, needs: Needs, sink: Sink): void;
  /** The collection as a Boolean by singleton evaluation. https://hl7.org/fhirpath/N1/#singleton-evaluation-of-collections */
  truth(ast: Ast, scope: Scope): Truth;
  /** Whether an expression is a Boolean that is never empty, told without generating it. */
  definite(ast: Ast): boolean;
  /** The value of a collection of at most one item: undefined when empty. */
  single(ast: Ast | undefined, scope: Scope): string;
  /** Whether a collection has an item, as a boolean expression. */
  exists(ast: Ast | undefined, scope: Scope): string;
  /** A collection as an array of `Item`. */
  array(ast: Ast | undefined, scope: Scope): string;
  /** A collection as an array of its values. */
  values(ast: Ast | undefined, scope: Scope): string;
}

const MOST_LINES = 20_000;

/** The lines of one generated function and the constants that it closes over. */
export class Code {
  readonly lines: string[] = [];
  readonly constants: unknown[] = [];
  #names = 0;
  #written = 0;

  name(prefix: string): string {
    return `${prefix}${this.#names++}`;
  }

  line(text: string): void {
    // nested alternatives double the code of what follows them
    if (++this.#written > MOST_LINES) throw new Unsupported('too much code');
    this.lines.push(text);
  }

  /** Declares a variable that changes. */
  let(prefix: string, value: string): string {
    const name = this.name(prefix);
    this.line(`let ${name} = ${value};`);
    return name;
  }

  const(prefix: string, value: string): string {
    const name = this.name(prefix);
    this.line(`const ${name} = ${value};`);
    return name;
  }

  block(head: string, body: () => void): void {
    this.line(`${head} {`);
    body();
    this.line('}');
  }

  /** A loop. Its rounds are counted, so that loops within loops come to an end. */
  loop(head: string, body: () => void): void {
    this.block(head, () => {
      this.line('spend(1);');
      body();
    });
  }

  /** A block that `leave` jumps out of. */
  labelled(body: (leave: string) => void): void {
    const label = this.name('L');
    this.block(`${label}:`, () => body(`break ${label};`));
  }

  /** A value that is no literal, by the name that generated code has for it. */
  constant(value: unknown): string {
    this.constants.push(value);
    return `K[${this.constants.length - 1}]`;
  }
}
