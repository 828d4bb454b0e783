import { isJsonObject, type Json, type JsonObject } from '../../fhir/resource.ts';
import { canonicalQuantity, UCUM } from '../../fhir/ucum.ts';
import { splitEscaped, unescapeValue } from '../escape.ts';
import type { IndexEntry } from '../index-entry.ts';
import { nextNumber } from '../next-number.ts';
import type { Condition, Range, RangeValue } from '../query.ts';
import { refuseModifier, refuseValue } from '../refuse-value.ts';
import type { ParameterUse, SearchType } from '../search-type.ts';
import { numberOf, parseNumber, rangeOf } from './number.ts';

/** The code system of currencies, which is left out in Money. */
const CURRENCIES = 'urn:iso:std:iso:4217';

/**
 * Amounts in units that UCUM converts into one another are compared in their base units, others within one unit alone.
 * https://hl7.org/fhir/R4/search.html#quantity
 */
export const quantityType: SearchType = {
  modifiers: [],
  hasPrefixes: true,
  parse(use) {
    if (use.modifier !== undefined) throw refuseModifier(use, []);
    const byParameter = new Map<string, RangeValue[]>();
    for (const value of use.values) {
      const { parameter, ...range } = parseQuantity(value, use);
      byParameter.set(parameter, [...(byParameter.get(parameter) ?? []), range]);
    }
    const conditions = [...byParameter].map(([parameter, anyOf]): Condition => ({ kind: 'number', parameter, anyOf }));
    return conditions.length === 1 ? conditions[0]! : { kind: 'any', anyOf: conditions };
  },
  entries: {
    Quantity: addQuantity,
    SimpleQuantity: addQuantity,
    Age: addQuantity,
    Count: addQuantity,
    Distance: addQuantity,
    Duration: addQuantity,
    MoneyQuantity: addQuantity,
    Money: (value, parameter, entries) => {
      if (!isJsonObject(value)) return;
      const { value: amount, currency } = value;
      addQuantity(
        { value: amount!, ...(currency !== undefined && { system: CURRENCIES, code: currency }) },
        parameter,
        entries,
      );
    },
    Range: (value, parameter, entries) => {
      if (!isJsonObject(value)) return;
      const low = isJsonObject(value.low) ? value.low : undefined;
      const high = isJsonObject(value.high) ? value.high : undefined;
      const from = numberOf(low?.value);
      const to = numberOf(high?.value);
      if (from === undefined && to === undefined) return;
      const range = {
        low: from ?? Number.NEGATIVE_INFINITY,
        high: to === undefined ? Number.POSITIVE_INFINITY : nextNumber(to),
      };
      addRange(range, (low ?? high)!, parameter, entries);
    },
  },
};

function addQuantity(value: Json, parameter: string, entries: IndexEntry[]): void {
  if (!isJsonObject(value)) return;
  const number = numberOf(value.value);
  if (number !== undefined) addRange(comparedRange(number, value.comparator), value, parameter, entries);
}

/** `<5` is all that is less. */
function comparedRange(number: number, comparator: Json | undefined): Range {
  const { low, high } = rangeOf(number);
  switch (comparator) {
    case '<':
      return { low: Number.NEGATIVE_INFINITY, high: low };
    case '<=':
      return { low: Number.NEGATIVE_INFINITY, high };
    case '>':
      return { low: high, high: Number.POSITIVE_INFINITY };
    case '>=':
      return { low, high: Number.POSITIVE_INFINITY };
    default:
      return { low, high };
  }
}

/** A range without its unit, and once for each way in which its unit may be asked for. */
function addRange(range: Range, { system, code, unit }: JsonObject, parameter: string, entries: IndexEntry[]): void {
  const add = (name: string, { low, high }: Range): void => {
    entries.push({ kind: 'number', parameter: name, low, high });
  };
  add(parameter, range);
  if (typeof code === 'string') {
    if (typeof system === 'string') {
      const { name, range: converted } = inUnit(range, system, code);
      add(parameter + name, converted);
    }
    add(parameter + anySystem(code), range);
  }
  if (typeof unit === 'string' && unit !== code) add(parameter + anySystem(unit), range);
}

const anySystem = (code: string): string => `$unit |${code}`;

/** What a parameter's name goes on with for a unit, and the range in it: in base units where UCUM can convert it. */
function inUnit(range: Range, system: string, code: string): { name: string; range: Range } {
  const base = system === UCUM ? canonicalQuantity(1, code) : undefined;
  if (base === undefined) return { name: `$unit ${system}|${code}`, range };
  const convert = (end: number): number =>
    Number.isFinite(end) ? rounded(canonicalQuantity(end, code)?.value ?? end) : end;
  const low = convert(range.low);
  const isSingle = range.high === nextNumber(range.low);
  return {
    name: `$unit =${base.code}`,
    range: { low, high: isSingle ? nextNumber(low) : convert(range.high) },
  };
}

/** Conversions leave errors in the last digits, which would tell equal amounts apart. */
const rounded = (number: number): number => Number(number.toPrecision(12));

const FORM = 'a number, alone or with its unit: 5.4, gt5.4, 5.4|http://unitsofmeasure.org|mg or 5.4||mg';

function parseQuantity(text: string, use: ParameterUse): RangeValue & { parameter: string } {
  const [number = '', system, code, ...more] = splitEscaped(text, '|').map(unescapeValue);
  const value = parseNumber(number);
  if (value === undefined || more.length > 0 || (system !== undefined && !code)) throw refuseValue(use, FORM);
  const parameter = use.parameter.code;
  if (code === undefined) return { ...value, parameter };
  if (!system) return { ...value, parameter: parameter + anySystem(code) };
  const { name, range } = inUnit(value, system, code);
  return { prefix: value.prefix, ...range, parameter: parameter + name };
}
