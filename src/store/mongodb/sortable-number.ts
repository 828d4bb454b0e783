const view = new DataView(new ArrayBuffer(8));

const hex = (bits: number): string => (bits >>> 0).toString(16).padStart(8, '0');

/** A number as 16 hexadecimal digits that compare as the numbers do, infinite ones too. */
export function sortableNumber(number: number): string {
  view.setFloat64(0, number === 0 ? 0 : number);
  const [high, low] = [view.getInt32(0), view.getInt32(4)];
  return high < 0 ? hex(~high) + hex(~low) : hex(high ^ 0x8000_0000) + hex(low);
}

const DIGITS = '0123456789abcdef';
const ANY = '[0-9a-f]';

/** A pattern of the numbers, as `sortableNumber` writes them, that are greater than one (`gt`), or less; or equal to it, with an e. */
export function numberPattern(comparison: 'gt' | 'ge' | 'lt' | 'le', number: string): string {
  const isGreater = comparison.startsWith('g');
  const alternatives: string[] = comparison.endsWith('e') ? [number] : [];
  for (let at = 0; at < number.length; at++) {
    const digit = DIGITS.indexOf(number[at]!);
    const digits = isGreater ? DIGITS.slice(digit + 1) : DIGITS.slice(0, digit);
    if (digits === '') continue;
    const rest = number.length - at - 1;
    alternatives.push(`${number.slice(0, at)}[${digits}]${rest === 0 ? '' : `${ANY}{${rest}}`}`);
  }
  // No alternative at all: nothing is less than the least number.
  return alternatives.length === 0 ? '[^0-9a-f]' : `(?:${alternatives.join('|')})`;
}

/** Any number. */
export const ANY_NUMBER = `${ANY}{16}`;
