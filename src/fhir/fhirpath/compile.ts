import type { Expression } from './expression.ts';

/** The expression as generated JavaScript, or undefined where it uses what is not supported. */
export function compileExpression(_text: string, _base?: string): Expression | undefined {
  return undefined;
}
