/** A text that is not FHIRPath, or an expression that cannot be evaluated on a node. The message holds no value of the node. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}
