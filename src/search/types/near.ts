import { isJsonObject } from '../../fhir/resource.ts';
import { canonicalQuantity } from '../../fhir/ucum.ts';
import { splitEscaped, unescapeValue } from '../escape.ts';
import { derivedName } from '../index-entry.ts';
import type { Condition, Range } from '../query.ts';
import { refuseModifier, refuseValue } from '../refuse-value.ts';
import type { ParameterUse, SearchType } from '../search-type.ts';
import { numberOf, rangeOf } from './number.ts';

/** The one special parameter of R4 that is searched by: `near` of Location. https://hl7.org/fhir/R4/location.html#search */
export const NEAR = 'near';

const METRES_PER_DEGREE = (6_371_000 * Math.PI) / 180;
const DEFAULT_METRES = 50_000;

/**
 * Places within a square around a point: north, south, east and west by the distance.
 * https://hl7.org/fhir/R4/location.html#positional
 */
export const nearType: SearchType = {
  modifiers: [],
  parse(use) {
    if (use.modifier !== undefined) throw refuseModifier(use, []);
    const squares = use.values.map(value => squareAround(value, use));
    return squares.length === 1 ? squares[0]! : { kind: 'any', anyOf: squares };
  },
  entries: {
    BackboneElement: (value, parameter, entries) => {
      if (!isJsonObject(value)) return;
      for (const name of ['latitude', 'longitude'] as const) {
        const number = numberOf(value[name]);
        if (number !== undefined) {
          entries.push({ kind: 'number', parameter: derivedName(parameter, name), ...rangeOf(number) });
        }
      }
    },
  },
};

const DECIMAL = /^-?\d{1,3}(?:\.\d{1,20})?$/;

function squareAround(text: string, use: ParameterUse): Condition {
  const form = 'latitude|longitude|distance|unit, like -2.51|32.9|5|km; distance and unit may be left out';
  const [latitude = '', longitude = '', distance = '', unit = 'km', ...more] = splitEscaped(text, '|').map(
    unescapeValue,
  );
  const [north, east] = [Number(latitude), Number(longitude)];
  const metres = distance === '' ? DEFAULT_METRES : metresOf(Number(distance), unit === '' ? 'km' : unit);
  const isPoint = DECIMAL.test(latitude) && DECIMAL.test(longitude) && Math.abs(north) <= 90 && Math.abs(east) <= 180;
  if (!isPoint || metres === undefined || more.length > 0) throw refuseValue(use, form);
  const high = metres / METRES_PER_DEGREE;
  const wide = high / Math.max(Math.cos((north * Math.PI) / 180), 1e-9);
  const within = (name: string, ranges: readonly Range[]): Condition => ({
    kind: 'number',
    parameter: `${use.parameter.code}:${name}`,
    anyOf: ranges.map(range => ({ prefix: 'ap', ...range })),
  });
  return {
    kind: 'all',
    allOf: [within('latitude', [{ low: north - high, high: north + high }]), within('longitude', around(east, wide))],
  };
}

/** Degrees of longitude around one, on both sides of the date line where they go beyond it. */
function around(east: number, wide: number): Range[] {
  if (wide >= 180) return [{ low: -180, high: 181 }];
  const range = { low: east - wide, high: east + wide };
  return [range, { low: range.low + 360, high: range.high + 360 }, { low: range.low - 360, high: range.high - 360 }];
}

function metresOf(distance: number, unit: string): number | undefined {
  if (!(distance >= 0)) return undefined;
  const metres = canonicalQuantity(distance, unit);
  return metres?.code === 'm' ? metres.value : undefined;
}
