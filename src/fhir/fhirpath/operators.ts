import type { Ast } from './ast.ts';
import { type Generator, PRESENCE, type Scope, type Truth, VALUES } from './code.ts';
import { negation } from './truths.ts';

type Binary = Extract<Ast, { kind: 'binary' }>;

/** The operators that give a Boolean. https://hl7.org/fhirpath/N1/#operations */
export const TRUTH_OPERATORS = new Set([
  'and',
  'or',
  'xor',
  'implies',
  '=',
  '!=',
  '~',
  '!~',
  '<',
  '<=',
  '>',
  '>=',
  'in',
  'contains',
]);

/** The expression of an operator that gives a Boolean. */
export function truthOperator(g: Generator, ast: Binary, scope: Scope): Truth {
  switch (ast.operator) {
    case 'and':
    case 'or':
    case 'implies':
      return shortCircuit(g, ast, scope);
    case 'xor': {
      const [a, b] = [kept(g, g.truth(ast.left, scope)), kept(g, g.truth(ast.right, scope))];
      if (a.definite && b.definite) return { js: `(${a.js} !== ${b.js})`, definite: true };
      return {
        js: `(${a.js} === undefined || ${b.js} === undefined ? undefined : ${a.js} !== ${b.js})`,
        definite: false,
      };
    }
    case '=':
      return kept(g, equality(g, ast.left, ast.right, scope));
    case '!=':
      return negation(kept(g, equality(g, ast.left, ast.right, scope)));
    case '~':
    case '!~': {
      const same = `equivalentCollections(${g.values(ast.left, scope)}, ${g.values(ast.right, scope)})`;
      return { js: g.code.const('r', ast.operator === '~' ? same : `!${same}`), definite: true };
    }
    case 'in':
      return membership(g, ast.left, ast.right, scope);
    case 'contains':
      return membership(g, ast.right, ast.left, scope);
    default: {
      if (isNumber(ast.left) && isNumber(ast.right))
        return { js: `(${g.single(ast.left, scope)} ${ast.operator} ${g.single(ast.right, scope)})`, definite: true };
      const order = g.code.const('d', `compare(${g.single(ast.left, scope)}, ${g.single(ast.right, scope)})`);
      return { js: `(${order} === undefined ? undefined : ${order} ${ast.operator} 0)`, definite: false };
    }
  }
}

const kept = (g: Generator, truth: Truth): Truth => ({ ...truth, js: g.code.const('r', truth.js) });

/** `and`, `or`, `implies`: the right side is looked at only where it matters. */
function shortCircuit(g: Generator, { operator, left, right }: Binary, scope: Scope): Truth {
  const a = kept(g, g.truth(left, scope));
  const decisive = operator === 'or' ? 'true' : 'false';
  const result = g.code.let('r', operator === 'implies' ? 'true' : a.js);
  let definite = a.definite;
  g.code.block(`if (${a.js} !== ${decisive})`, () => {
    const b = g.truth(right, scope);
    definite &&= b.definite;
    if (a.definite) g.code.line(`${result} = ${b.js};`);
    else if (operator === 'implies')
      g.code.line(`${result} = ${a.js} === true ? ${b.js} : ${b.js} === true ? true : undefined;`);
    else g.code.line(`${result} = ${operator}(${a.js}, ${b.js});`);
  });
  return { js: result, definite };
}

function equality(g: Generator, left: Ast, right: Ast, scope: Scope): Truth {
  if (right.kind === 'literal' || left.kind === 'literal') {
    const [operand, literal] = right.kind === 'literal' ? [left, right] : [right, left];
    const same = equalsLiteral(literal);
    if (same !== undefined) return singleTest(g, operand, scope, same);
  }
  const [a, b] = [g.definite(left), g.definite(right)];
  if (a && b) {
    const [x, y] = [g.truth(left, scope), g.truth(right, scope)];
    return { js: `(${x.js} === ${y.js})`, definite: x.definite && y.definite };
  }
  return { js: `equalCollections(${g.values(left, scope)}, ${g.values(right, scope)})`, definite: false };
}

/** How a value is compared with a literal; undefined for literals that need more. */
function equalsLiteral(literal: Ast): ((value: string) => string) | undefined {
  if (literal.kind !== 'literal') return undefined;
  const text = JSON.stringify(literal.value);
  if (literal.type === 'String' || literal.type === 'Boolean' || literal.type === 'Integer')
    return value => `${value} === ${text}`;
  return literal.type === 'Decimal' ? value => `equal(${value}, ${text})` : undefined;
}

/** Tests the only item of a collection; several items are not equal to one. */
function singleTest(g: Generator, of: Ast, scope: Scope, test: (value: string) => string): Truth {
  const result = g.code.let('r', 'undefined');
  g.stream(of, scope, VALUES, ({ value }) => g.code.line(`${result} = ${result} === undefined && ${test(value)};`));
  return { js: result, definite: false };
}

function membership(g: Generator, item: Ast, collection: Ast, scope: Scope): Truth {
  const value = g.single(item, scope);
  const result = g.code.let('r', 'undefined');
  const literals = alternatives(collection).map(equalsLiteral);
  g.code.block(`if (${value} !== undefined)`, () => {
    if (literals.every(test => test !== undefined)) {
      g.code.line(`${result} = ${literals.map(test => `(${test(value)})`).join(' || ')};`);
      return;
    }
    g.code.line(`${result} = false;`);
    g.code.labelled(leave =>
      g.stream(collection, scope, PRESENCE, each =>
        g.code.line(`if (equal(${each.value}, ${value}) === true) { ${result} = true; ${leave} }`),
      ),
    );
  });
  return { js: result, definite: false };
}

/** The operands of a chain of `|`. */
export const alternatives = (ast: Ast): Ast[] =>
  ast.kind === 'binary' && ast.operator === '|' ? [...alternatives(ast.left), ...alternatives(ast.right)] : [ast];

/** Whether an expression is always exactly one number, so that JavaScript's own operators do. */
export const isNumber = (ast: Ast): boolean =>
  (ast.kind === 'literal' && typeof ast.value === 'number') ||
  (ast.kind === 'call' && ast.name === 'count') ||
  (ast.kind === 'binary' && ['+', '-', '*'].includes(ast.operator) && isNumber(ast.left) && isNumber(ast.right));

/** The operators that give one value: arithmetic and the joining of strings. */
export function scalarOperator(g: Generator, { operator, left, right }: Binary, scope: Scope): string {
  const [a, b] = [g.single(left, scope), g.single(right, scope)];
  if (operator === '&') return g.code.const('r', `joined(${a}, ${b})`);
  if (isNumber(left) && isNumber(right) && ['+', '-', '*'].includes(operator)) return `(${a} ${operator} ${b})`;
  return g.code.const('r', `calculate('${operator}', ${a}, ${b})`);
}
