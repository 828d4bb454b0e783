/** The kinds of literals of FHIRPath. https://hl7.org/fhirpath/N1/#literals */
export type LiteralType = 'String' | 'Integer' | 'Decimal' | 'Boolean' | 'Date' | 'DateTime' | 'Time';

/** Operators with two operands. https://hl7.org/fhirpath/N1/#operations */
export type BinaryOperator =
  | ('*' | '/' | 'div' | 'mod' | '+' | '-' | '&' | '|')
  | ('<' | '>' | '<=' | '>=' | '=' | '!=' | '~' | '!~' | 'in' | 'contains')
  | ('and' | 'or' | 'xor' | 'implies');

/**
 * A FHIRPath expression as a tree. `of` is what a path step or function is applied to; absent, it is the focus (`$this`).
 * https://hl7.org/fhirpath/N1/#grammar
 */
export type Ast =
  | { kind: 'empty' }
  | { kind: 'literal'; type: LiteralType; value: string | number | boolean }
  | { kind: 'quantity'; value: number; unit: string }
  | { kind: 'member'; of?: Ast; name: string }
  | { kind: 'call'; of?: Ast; name: string; args: Ast[] }
  | { kind: 'index'; of: Ast; at: Ast }
  | { kind: 'variable'; name: '$this' | '$index' | '$total' }
  | { kind: 'constant'; name: string }
  | { kind: 'sign'; negative: boolean; operand: Ast }
  | { kind: 'binary'; operator: BinaryOperator; left: Ast; right: Ast }
  | { kind: 'type'; operator: 'is' | 'as'; operand: Ast; type: string };
