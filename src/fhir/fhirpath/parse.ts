import type { Ast, BinaryOperator } from './ast.ts';
import { ExpressionError } from './expression-error.ts';
import { type Token, tokenize } from './tokenize.ts';

// how strongly operators bind, loosest first; signs bind tighter than all of these
const STRENGTH = new Map<string, number>(
  [
    ['implies'],
    ['or', 'xor'],
    ['and'],
    ['in', 'contains'],
    ['=', '!=', '~', '!~'],
    ['<', '<=', '>', '>='],
    ['|'],
    ['is', 'as'],
    ['+', '-', '&'],
    ['*', '/', 'div', 'mod'],
  ].flatMap((operators, strength) => operators.map(operator => [operator, strength] as const)),
);

// definitions come from outside too: what would exhaust the stack is refused
const MOST_TOKENS = 2000;
const DEEPEST = 200;

const CALENDAR_UNIT = /^(?:year|month|week|day|hour|minute|second|millisecond)s?$/;
// keywords that are identifiers too where no operator can stand
const OPERATOR_WORDS = new Set(['implies', 'or', 'xor', 'and', 'div', 'mod']);

/**
 * The tree of a FHIRPath expression. https://hl7.org/fhirpath/N1/#grammar
 * @throws {ExpressionError} when the text does not follow the grammar.
 */
export function parse(text: string): Ast {
  const tokens = tokenize(text);
  if (tokens.length > MOST_TOKENS)
    throw new ExpressionError(`an expression of over ${MOST_TOKENS} tokens is not evaluated`);
  let at = 0;
  let depth = 0;

  const fail = (token: Token): never => {
    throw new ExpressionError(`not a FHIRPath expression, at character ${token.start + 1}: ${text}`);
  };
  const peek = (): Token => tokens[at]!;
  const next = (): Token => tokens[at++]!;
  const isSymbol = (symbol: string): boolean => peek().kind === 'symbol' && peek().text === symbol;
  const accept = (symbol: string): boolean => isSymbol(symbol) && ++at > 0;
  const expect = (symbol: string): void => {
    if (!accept(symbol)) fail(peek());
  };

  function expression(strength: number): Ast {
    if (depth++ > DEEPEST) fail(peek());
    let left = signed();
    for (;;) {
      const token = peek();
      const binds = token.kind === 'symbol' || token.kind === 'identifier' ? STRENGTH.get(token.text) : undefined;
      if (binds === undefined || binds < strength) {
        depth--;
        return left;
      }
      next();
      left =
        token.text === 'is' || token.text === 'as'
          ? { kind: 'type', operator: token.text, operand: left, type: typeName() }
          : { kind: 'binary', operator: token.text as BinaryOperator, left, right: expression(binds + 1) };
    }
  }

  function nested(part: () => Ast): Ast {
    if (depth++ > DEEPEST) fail(peek());
    const ast = part();
    depth--;
    return ast;
  }

  function signed(): Ast {
    if (isSymbol('-') || isSymbol('+')) return { kind: 'sign', negative: next().text === '-', operand: nested(signed) };
    let ast = term();
    for (;;) {
      if (accept('.')) ast = invocation(ast);
      else if (accept('[')) {
        ast = { kind: 'index', of: ast, at: expression(0) };
        expect(']');
      } else return ast;
    }
  }

  function term(): Ast {
    const token = peek();
    switch (token.kind) {
      case 'string':
        next();
        return { kind: 'literal', type: 'String', value: token.text };
      case 'number':
        next();
        return number(token.text);
      case 'date':
        next();
        return { kind: 'literal', type: temporalType(token.text), value: token.text.replace(/^T|T$/, '') };
      case 'constant':
        next();
        return { kind: 'constant', name: token.text };
      case 'symbol':
        if (accept('(')) {
          const inner = expression(0);
          expect(')');
          return inner;
        }
        if (accept('{')) {
          expect('}');
          return { kind: 'empty' };
        }
        return fail(token);
      case 'identifier':
        if (token.text === 'true' || token.text === 'false') {
          next();
          return { kind: 'literal', type: 'Boolean', value: token.text === 'true' };
        }
        return invocation(undefined);
      default:
        return invocation(undefined);
    }
  }

  function invocation(of: Ast | undefined): Ast {
    const token = next();
    const name = token.text;
    if (token.kind === 'identifier') {
      if (name === '$this' || name === '$index' || name === '$total')
        return of === undefined ? { kind: 'variable', name } : fail(token);
      if (name.startsWith('$') || OPERATOR_WORDS.has(name)) fail(token);
    } else if (token.kind !== 'delimited') fail(token);
    const applied = of === undefined ? {} : { of };
    return accept('(') ? { kind: 'call', ...applied, name, args: rest() } : { kind: 'member', ...applied, name };
  }

  function rest(): Ast[] {
    const args: Ast[] = [];
    if (accept(')')) return args;
    do args.push(expression(0));
    while (accept(','));
    expect(')');
    return args;
  }

  function number(text: string): Ast {
    const value = Number(text);
    const unit = peek();
    if (unit.kind === 'string' || (unit.kind === 'identifier' && CALENDAR_UNIT.test(unit.text)))
      return { kind: 'quantity', value, unit: next().text };
    return { kind: 'literal', type: text.includes('.') ? 'Decimal' : 'Integer', value };
  }

  function typeName(): string {
    const part = (): string => {
      const token = next();
      return token.kind === 'identifier' || token.kind === 'delimited' ? token.text : fail(token);
    };
    let name = part();
    while (accept('.')) name += `.${part()}`;
    return name;
  }

  const ast = expression(0);
  return peek().kind === 'end' ? ast : fail(peek());
}

const temporalType = (text: string) => (text.startsWith('T') ? 'Time' : text.includes('T') ? 'DateTime' : 'Date');
