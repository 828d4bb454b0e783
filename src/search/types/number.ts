import { isRawNumber } from '../../fhir/exact-json.ts';
import { isJsonObject, type Json } from '../../fhir/resource.ts';
import { unescapeValue } from '../escape.ts';
import type { IndexEntry } from '../index-entry.ts';
import { nextNumber } from '../next-number.ts';
import type { Prefix, Range, RangeValue } from '../query.ts';
import { refuseModifier, refuseValue } from '../refuse-value.ts';
import type { SearchType } from '../search-type.ts';

/** https://hl7.org/fhir/R4/search.html#number */
export const numberType: SearchType = {
  modifiers: [],
  hasPrefixes: true,
  parse(use) {
    if (use.modifier !== undefined) throw refuseModifier(use, []);
    const anyOf = use.values.map(value => {
      const parsed = parseNumber(unescapeValue(value));
      if (parsed === undefined) throw refuseValue(use, 'a number (100, 5.40, 1e3), with a prefix or without (gt100)');
      return parsed;
    });
    return { kind: 'number', parameter: use.parameter.code, anyOf };
  },
  entries: {
    decimal: addNumber,
    integer: addNumber,
    positiveInt: addNumber,
    unsignedInt: addNumber,
    Range: (value, parameter, entries) => {
      if (!isJsonObject(value)) return;
      const low = isJsonObject(value.low) ? numberOf(value.low.value) : undefined;
      const high = isJsonObject(value.high) ? numberOf(value.high.value) : undefined;
      if (low === undefined && high === undefined) return;
      entries.push({
        kind: 'number',
        parameter,
        low: low ?? Number.NEGATIVE_INFINITY,
        high: high === undefined ? Number.POSITIVE_INFINITY : nextNumber(high),
      });
    },
  },
};

function addNumber(value: Json, parameter: string, entries: IndexEntry[]): void {
  const number = numberOf(value);
  if (number !== undefined) entries.push({ kind: 'number', parameter, ...rangeOf(number) });
}

/** A number of a resource, which may be kept as it is written. */
export function numberOf(value: Json | undefined): number | undefined {
  const number = isRawNumber(value) ? Number(value.rawJSON) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** A number as a range. */
export const rangeOf = (number: number): Range => ({ low: number, high: nextNumber(number) });

const WRITTEN = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?([+-]?\d{1,40})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * A number with its prefix; undefined for what is none. `eq` and `ne` mean the range of numbers that would be written so: 100 is
 * from 99.5 to before 100.5, 5.40 from 5.395. The others mean the number itself. https://hl7.org/fhir/R4/search.html#number
 */
export function parseNumber(text: string): RangeValue | undefined {
  const match = WRITTEN.exec(text);
  if (match === null) return undefined;
  const [, prefix = 'eq', whole = '', fraction = '', exponent = '0'] = match;
  const number = Number(`${whole}.${fraction}e${exponent}`);
  const places = Number(exponent) - fraction.length - 1;
  const tenths = BigInt(whole.replace('+', '') + fraction) * 10n;
  const half = (more: bigint): number => Number(`${tenths + more}e${places}`);
  const range = { low: half(-5n), high: half(5n) };
  switch (prefix as Prefix) {
    case 'eq':
    case 'ne':
      return { prefix: prefix as Prefix, ...range };
    case 'ap': {
      const tenth = Math.abs(number) / 10;
      return {
        prefix: 'ap',
        low: Math.min(range.low, number - tenth),
        high: Math.max(range.high, nextNumber(number + tenth)),
      };
    }
    default:
      return { prefix: prefix as Prefix, ...rangeOf(number) };
  }
}
