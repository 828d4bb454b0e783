import { compileExpression } from './compile.ts';
import type { Expression } from './expression-types.ts';
import { fhirpathJsExpression } from './fhirpath-js.ts';

export { ExpressionError } from './expression-error.ts';
export type { Expression, ExpressionContext, Selected } from './expression-types.ts';

const LIMIT = 10_000;
const expressions = new Map<string, Expression>();

/**
 * The expression of a FHIRPath text; each text is compiled once and kept, up to a bound.
 * `base` is the path of the elements that it will be evaluated on (`Period`, `Observation.component`), needed only for the right
 * types where the expression cannot be compiled and the node is not a whole resource.
 * @throws {ExpressionError} when the text is not FHIRPath. https://hl7.org/fhirpath/N1/
 */
export function expressionFor(text: string, base?: string): Expression {
  const key = base === undefined ? text : `${base} ${text}`;
  let expression = expressions.get(key);
  if (expression === undefined) {
    expression = compileExpression(text, base) ?? fhirpathJsExpression(text, base);
    if (expressions.size >= LIMIT) expressions.clear();
    expressions.set(key, expression);
  }
  return expression;
}
