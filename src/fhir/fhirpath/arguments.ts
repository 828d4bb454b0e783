import type { Ast } from './ast.ts';
import type { Call } from './code.ts';
import { Unsupported } from './unsupported.ts';

/** An argument that a function must have. */
export function argument(call: Call, index = 0): Ast {
  const found = call.args[index];
  if (found === undefined) throw new Unsupported(`${call.name}() with ${call.args.length} arguments`);
  return found;
}

/** Whether a tree has a node that fits. */
export function contains(ast: Ast | undefined, fits: (ast: Ast) => boolean): boolean {
  if (ast === undefined) return false;
  if (fits(ast)) return true;
  const within = (...parts: (Ast | undefined)[]) => parts.some(part => contains(part, fits));
  switch (ast.kind) {
    case 'member':
      return within(ast.of);
    case 'call':
      return within(ast.of, ...ast.args);
    case 'index':
      return within(ast.of, ast.at);
    case 'sign':
    case 'type':
      return within(ast.operand);
    case 'binary':
      return within(ast.left, ast.right);
    default:
      return false;
  }
}

/** Whether a tree asks for `$index`. */
export const usesIndex = (ast: Ast): boolean =>
  contains(ast, each => each.kind === 'variable' && each.name === '$index');
