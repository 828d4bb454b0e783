const double = new Float64Array(1);
const bits = new BigInt64Array(double.buffer);

/** The least number that is greater, as numbers are kept: a number itself is the range from it to before the next one. */
export function nextNumber(number: number): number {
  if (number === 0) return Number.MIN_VALUE;
  if (!Number.isFinite(number)) return number;
  double[0] = number;
  bits[0]! += number > 0 ? 1n : -1n;
  return double[0];
}
