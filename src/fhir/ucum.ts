import { createRequire } from 'node:module';
import { quietly } from './quietly.ts';

/** The code system of units. */
export const UCUM = 'http://unitsofmeasure.org';

/** What is used of ucum-lhc, which has no types. */
interface UcumLhc {
  getSpecifiedUnit(code: string, purpose: 'validate'): { status: 'valid' | 'invalid' | 'error'; origString?: string };
  convertToBaseUnits(
    code: string,
    value: number,
  ): { status: string; magnitude?: number; unitToExp?: Record<string, number> };
}

const require = createRequire(import.meta.url);
let library: UcumLhc | undefined;

// The table of units costs 11 MB and 20 ms, so it is not loaded before a unit is met.
const load = (): UcumLhc => {
  library ??= require('@lhncbc/ucum-lhc').UcumLhcUtils.getInstance() as UcumLhc;
  return library;
};

/** No unit is longer, and the library's time grows with the square of the length. */
const LONGEST = 128;
/** Visible ASCII. The library cuts off white space at both ends; a code has none. */
const WRITTEN = /^[\x21-\x7e]+$/;

const isReadable = (code: string): boolean => code.length <= LONGEST && WRITTEN.test(code);

/** Whether a code is a UCUM unit, in its form that heeds case: `mg/dL`, `mm[Hg]`, `{tablets}`. https://ucum.org/ucum */
export const isUcumUnit = (code: string): boolean =>
  isReadable(code) && quietly(() => load().getSpecifiedUnit(code, 'validate')).status === 'valid';

/** The unit that was most likely meant by a code that is none, by its name or case: `kg` for `kilogram`, `[iU]` for `iU`. */
export const likelyUcumUnit = (code: string): string | undefined => {
  if (!isReadable(code)) return undefined;
  const { status, origString } = quietly(() => load().getSpecifiedUnit(code, 'validate'));
  return status === 'invalid' && origString !== undefined && origString !== code && isUcumUnit(origString)
    ? origString
    : undefined;
};

/**
 * A value in the base units of UCUM (g, m, s, rad, K, C, cd), so that equal amounts have equal forms: 1 mg is 0.001 g, 37 Cel 310.15 K.
 * Undefined for what is no unit, and for arbitrary units, which convert to no other (`[iU]`).
 */
export const canonicalQuantity = (value: number, code: string): { value: number; code: string } | undefined => {
  if (!isReadable(code)) return undefined;
  const { status, magnitude, unitToExp } = quietly(() => load().convertToBaseUnits(code, value));
  if (status !== 'succeeded' || magnitude === undefined || unitToExp === undefined) return undefined;
  const factors = Object.entries(unitToExp).map(([unit, exponent]) => (exponent === 1 ? unit : `${unit}${exponent}`));
  return { value: magnitude, code: factors.sort().join('.') || '1' };
};
