import { isJsonObject, type JsonObject } from '../fhir/resource.ts';
import type { FastCheck, Scope } from './plan.ts';

/**
 * A primitive `name` may have a twin `_name` beside it, with its id and extensions; arrays have twins of the same length, with null
 * where there is nothing to say. https://hl7.org/fhir/R4/json.html#primitive
 */

/** Whether the array of twins has an object for the item that is null in the array of values. */
export const isPadded = (twins: unknown, index: number): boolean => Array.isArray(twins) && isJsonObject(twins[index]);

/** How often a repeating element occurs: with a value, or with a twin alone. */
export function countOf(main: unknown, twins: unknown): number {
  const values = Array.isArray(main) ? main.length : 0;
  return Math.max(values, Array.isArray(twins) ? twins.length : 0);
}

/** A check of whole arrays of twins, made from the check of one. */
export const twinsCheck =
  (check: (value: JsonObject, scope: Scope) => boolean) =>
  (value: unknown, main: unknown, scope: Scope): boolean => {
    if (!Array.isArray(value) || value.length === 0) return false;
    let objects = 0;
    for (let index = 0; index < value.length; index++) {
      const twin = value[index];
      if (twin === null) {
        if (!Array.isArray(main) || index >= main.length || main[index] === null) return false;
      } else if (isJsonObject(twin) && check(twin, scope)) objects++;
      else return false;
    }
    return objects > 0;
  };

/** A check of a single twin. */
export const twinCheck =
  (check: FastCheck) =>
  (value: unknown, scope: Scope): boolean =>
    isJsonObject(value) && (check as (value: JsonObject, scope: Scope) => boolean)(value, scope);
