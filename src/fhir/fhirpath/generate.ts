import type { Ast } from './ast.ts';
import {
  ALL,
  Code,
  type Generator,
  type Needs,
  type Operand,
  PRESENCE,
  type Scope,
  type Sink,
  type Truth,
  VALUES,
} from './code.ts';
import { boxed, collectionFunctions, eachOfArray } from './collections.ts';
import { eachElement, hasElement } from './elements.ts';
import { alternatives, scalarOperator, TRUTH_OPERATORS, truthOperator } from './operators.ts';
import { QuantityLiteral } from './quantity-literal.ts';
import { scalarFunctions } from './scalars.ts';
import { Temporal } from './temporal.ts';
import { truthFunctions, typeTest } from './truths.ts';
import { eachOfType } from './type-tests.ts';
import { Unsupported } from './unsupported.ts';

const THIS: Ast = { kind: 'variable', name: '$this' };

/** Whether an expression is a Boolean, another single value, or a collection, told from its outermost operation. */
function shape(ast: Ast): 'truth' | 'scalar' | 'collection' {
  switch (ast.kind) {
    case 'type':
      return ast.operator === 'is' ? 'truth' : 'collection';
    case 'literal':
      return ast.type === 'Boolean' ? 'truth' : 'scalar';
    case 'sign':
    case 'quantity':
      return 'scalar';
    case 'binary':
      return TRUTH_OPERATORS.has(ast.operator) ? 'truth' : ast.operator === '|' ? 'collection' : 'scalar';
    case 'call':
      return truthFunctions.has(ast.name) ? 'truth' : scalarFunctions.has(ast.name) ? 'scalar' : 'collection';
    case 'variable':
      return ast.name === '$this' ? 'collection' : 'scalar';
    default:
      return 'collection';
  }
}

const CONSTANTS = new Map([
  ['ucum', 'http://unitsofmeasure.org'],
  ['sct', 'http://snomed.info/sct'],
  ['loinc', 'http://loinc.org'],
]);

/** The generator of one function, whose parameters are `n` (the node), `t` (its twin) and `ctx`. */
class FunctionGenerator implements Generator {
  readonly code = new Code();
  readonly root: Operand;

  constructor(type: string | undefined) {
    this.root = {
      value: 'n',
      twin: 't',
      object: this.code.const('o', `typeof n === 'object' && n !== null ? n : t ?? NOTHING`),
    };
    if (type !== undefined) this.root.type = JSON.stringify(type);
  }

  stream(ast: Ast = THIS, scope: Scope, needs: Needs, sink: Sink): void {
    const form = shape(ast);
    if (form === 'truth') {
      const { js, definite } = this.truth(ast, scope);
      const value = this.code.const('e', js);
      const item = { value, type: '"boolean"' };
      if (definite) sink(item);
      else this.code.block(`if (${value} !== undefined)`, () => sink(item));
    } else if (form === 'scalar') {
      const value = this.code.const('e', this.single(ast, scope));
      const type = scalarType(ast);
      this.code.block(`if (${value} !== undefined)`, () => sink(type === undefined ? { value } : { value, type }));
    } else this.#collection(ast, scope, needs, sink);
  }

  #collection(ast: Ast, scope: Scope, needs: Needs, sink: Sink): void {
    switch (ast.kind) {
      case 'empty':
        return;
      case 'variable':
        if ('array' in scope.focus) eachOfArray(this, scope.focus.array, sink);
        else sink(scope.focus);
        return;
      case 'member':
        this.#member(ast, scope, needs, sink);
        return;
      case 'constant':
        this.#constant(ast.name, sink);
        return;
      case 'index': {
        const position = this.code.const('z', `integer(${this.single(ast.at, scope)})`);
        const count = this.code.let('x', '0');
        this.code.labelled(leave =>
          this.stream(ast.of, scope, { ...needs, distinct: true }, item =>
            this.code.block(`if (${count}++ === ${position})`, () => {
              sink(item);
              this.code.line(leave);
            }),
          ),
        );
        return;
      }
      case 'binary':
        if (needs.distinct) eachOfArray(this, `distinct(${this.array(ast, scope)})`, sink);
        else for (const each of alternatives(ast)) this.stream(each, scope, needs, sink);
        return;
      case 'type':
        eachOfType(this, ast.operand, ast.type, scope, needs, sink);
        return;
      case 'call': {
        const write = collectionFunctions.get(ast.name);
        if (write === undefined) throw new Unsupported(`${ast.name}()`);
        write(this, ast, scope, needs, sink);
        return;
      }
      default:
        throw new Unsupported(ast.kind);
    }
  }

  #member(ast: Extract<Ast, { kind: 'member' }>, scope: Scope, needs: Needs, sink: Sink): void {
    if (ast.of === undefined && /^[A-Z]/.test(ast.name)) {
      this.stream(THIS, scope, needs, item =>
        this.code.block(`if (isRoot(${item.value}, ${JSON.stringify(ast.name)}))`, () => sink(item)),
      );
    } else
      this.stream(ast.of, scope, this.#ofMember(ast.name, needs), item =>
        eachElement(this.code, item, ast.name, needs, sink),
      );
  }

  // only these two are elements of primitives
  #ofMember(name: string, needs: Needs): Needs {
    return { ...needs, twin: name === 'extension' || name === 'id' };
  }

  #constant(name: string, sink: Sink): void {
    if (name === 'resource') sink({ value: 'ctx.resource', object: 'ctx.resource' });
    else if (name === 'context') sink(this.root);
    else if (name === 'rootResource') {
      const root = this.code.const('o', 'ctx.rootResource ?? ctx.resource');
      sink({ value: root, object: root });
    } else {
      const url = CONSTANTS.get(name) ?? definedUrl(name);
      if (url === undefined) throw new Unsupported(`%${name}`);
      sink({ value: JSON.stringify(url), type: '"string"' });
    }
  }

  truth(ast: Ast, scope: Scope): Truth {
    switch (ast.kind) {
      case 'literal':
        return { js: ast.type === 'Boolean' ? String(ast.value) : 'true', definite: true };
      case 'type':
        if (ast.operator === 'is') return typeTest(this, ast.operand, ast.type, scope);
        break;
      case 'binary':
        if (TRUTH_OPERATORS.has(ast.operator)) return truthOperator(this, ast, scope);
        break;
      case 'call': {
        const write = truthFunctions.get(ast.name);
        if (write !== undefined) return write(this, ast, scope);
        break;
      }
      default:
    }
    return { js: this.code.const('r', `truth(${this.single(ast, scope)})`), definite: false };
  }

  definite(ast: Ast): boolean {
    return (
      shape(ast) === 'truth' &&
      ast.kind === 'call' &&
      ['exists', 'empty', 'all', 'isDistinct', 'hasValue'].includes(ast.name)
    );
  }

  single(ast: Ast = THIS, scope: Scope): string {
    if (shape(ast) === 'truth') return this.code.const('z', this.truth(ast, scope).js);
    switch (ast.kind) {
      case 'literal':
        return this.#literal(ast);
      case 'quantity':
        return this.code.constant(new QuantityLiteral(ast.value, ast.unit));
      case 'sign':
        if (ast.operand.kind === 'literal' && typeof ast.operand.value === 'number')
          return `${ast.negative ? '-' : ''}${ast.operand.value}`;
        return this.code.const(
          'z',
          ast.negative ? `negated(${this.single(ast.operand, scope)})` : this.single(ast.operand, scope),
        );
      case 'variable':
        if (ast.name === '$this') break;
        return (ast.name === '$total' ? scope.total : scope.index) ?? unsupported(ast.name);
      case 'binary':
        if (ast.operator === '|') break;
        return scalarOperator(this, ast, scope);
      case 'call': {
        const scalar = scalarFunctions.get(ast.name);
        if (scalar !== undefined) return scalar.write(this, ast, scope);
        break;
      }
      default:
    }
    const value = this.code.let('z', 'undefined');
    this.stream(ast, scope, VALUES, item =>
      this.code.line(`if (${value} !== undefined) fail(); ${value} = ${item.value};`),
    );
    return value;
  }

  #literal({ type, value }: Extract<Ast, { kind: 'literal' }>): string {
    if (type === 'Date' || type === 'DateTime' || type === 'Time')
      return this.code.constant(
        new Temporal(String(value), type === 'Date' ? 'date' : type === 'Time' ? 'time' : 'dateTime'),
      );
    return JSON.stringify(value);
  }

  exists(ast: Ast = THIS, scope: Scope): string {
    const found = this.code.let('r', 'false');
    if (ast.kind === 'member' && (ast.of !== undefined || !/^[A-Z]/.test(ast.name))) {
      const direct = ast.of === undefined || (ast.of.kind === 'variable' && ast.of.name === '$this');
      if (direct && !('array' in scope.focus)) {
        this.code.line(`${found} = ${hasElement(this.code, scope.focus, ast.name)};`);
        return found;
      }
      this.code.labelled(leave =>
        this.stream(ast.of, scope, this.#ofMember(ast.name, PRESENCE), item => {
          const has = hasElement(this.code, item, ast.name);
          this.code.line(`if (${has}) { ${found} = true; ${leave} }`);
        }),
      );
      return found;
    }
    this.code.labelled(leave => this.stream(ast, scope, PRESENCE, () => this.code.line(`${found} = true; ${leave}`)));
    return found;
  }

  array(ast: Ast | undefined, scope: Scope): string {
    const items = this.code.const('q', '[]');
    for (const each of alternatives(ast ?? THIS))
      this.stream(each, scope, ALL, item => this.code.line(`${items}.push(${boxed(item)});`));
    return items;
  }

  values(ast: Ast | undefined, scope: Scope): string {
    const items = this.code.const('q', '[]');
    this.stream(ast, scope, VALUES, item => this.code.line(`${items}.push(${item.value});`));
    return items;
  }
}

const definedUrl = (name: string): string | undefined => {
  const [, kind, rest] = /^(vs|ext)-(.+)$/s.exec(name) ?? [];
  return kind === undefined
    ? undefined
    : `http://hl7.org/fhir/${kind === 'vs' ? 'ValueSet' : 'StructureDefinition'}/${rest}`;
};

const unsupported = (what: string): never => {
  throw new Unsupported(what);
};

const scalarType = (ast: Ast): string | undefined => {
  if (ast.kind === 'quantity') return '"Quantity"';
  if (ast.kind === 'literal') return JSON.stringify(ast.type.charAt(0).toLowerCase() + ast.type.slice(1));
  const type = ast.kind === 'call' ? scalarFunctions.get(ast.name)?.type : undefined;
  return type === undefined ? undefined : JSON.stringify(type);
};

/** What a generated function gives: whether an invariant holds, the selected values, or `Selected` with their types. */
export type Purpose = 'test' | 'select' | 'selectTyped';

/**
 * The body of a JavaScript function of `n`, `t` and `ctx` that evaluates an expression, and the constants `K` that it uses.
 * `type` is the data type of the nodes where it is known.
 * @throws {Unsupported} when the expression uses what only fhirpath.js can do.
 */
export function generate(ast: Ast, purpose: Purpose, type: string | undefined): { body: string; constants: unknown[] } {
  const generator = new FunctionGenerator(type);
  const { code, root } = generator;
  const scope: Scope = { focus: root };
  if (purpose === 'test') code.line(`return ${generator.truth(ast, scope).js} !== false;`);
  else {
    code.line('const out = [];');
    const keep =
      purpose === 'select'
        ? (item: Operand) => `plain(${item.value})`
        : (item: Operand) => `selected(${item.value}, ${item.type ?? 'undefined'})`;
    generator.stream(ast, scope, ALL, item => code.line(`if (${item.value} !== null) out.push(${keep(item)});`));
    code.line('return out;');
  }
  return { body: code.lines.join('\n'), constants: code.constants };
}
