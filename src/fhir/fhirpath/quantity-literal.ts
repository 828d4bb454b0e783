import { UNDECIDED } from './evaluation.ts';

export const UCUM = 'http://unitsofmeasure.org';

/** A quantity that an expression writes as a literal: `5 'mg'`, `18 years`. */
export class QuantityLiteral {
  readonly value: number;
  readonly unit: string;

  constructor(value: number, unit: string) {
    this.value = value;
    this.unit = unit;
  }
}

/** The value of a Quantity in UCUM, or of a literal, and its unit; undefined for all else. */
function read(of: unknown): { value: number; unit: unknown } | undefined {
  if (of instanceof QuantityLiteral) return of;
  if (typeof of !== 'object' || of === null) return undefined;
  const { value, system, code, comparator } = of as Record<string, unknown>;
  return typeof value === 'number' && system === UCUM && comparator === undefined ? { value, unit: code } : undefined;
}

/** The order of a literal and another quantity of the same unit; units are not converted here. */
export function compareLiteral(a: unknown, b: unknown): number {
  const [left, right] = [read(a), read(b)];
  if (left === undefined || right === undefined || left.unit !== right.unit) throw UNDECIDED;
  return left.value - right.value;
}
