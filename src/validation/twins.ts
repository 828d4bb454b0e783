import { isJsonObject, type JsonObject } from '../fhir/resource.ts';
import { isOwnId } from './element-ids.ts';
import type { ElementPlace, FastCheck, Scope } from './plan.ts';

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

/** Whether a twin holds an id alone, which is enough beside a value (ele-1). */
export function isIdAlone(twin: JsonObject): boolean {
  for (const name in twin) if (name !== 'id') return false;
  return typeof twin.id === 'string' && twin.id.length > 0;
}

const isPresent = (value: unknown) => value !== undefined && value !== null;

/** A check of single twins by what is asked of an element without a value. */
export const twinCheck =
  (check: FastCheck) =>
  (value: unknown, main: unknown, scope: Scope, place: ElementPlace | undefined): boolean => {
    if (!isJsonObject(value)) return false;
    if (isPresent(main) && isIdAlone(value)) return isOwnId(value.id, value, scope);
    return (check as (value: JsonObject, scope: Scope, place?: ElementPlace) => boolean)(value, scope, place);
  };

/** A check of whole arrays of twins, made from the check of one. */
export const twinsCheck =
  (check: ReturnType<typeof twinCheck>) =>
  (value: unknown, main: unknown, scope: Scope, place: ElementPlace | undefined): boolean => {
    if (!Array.isArray(value) || value.length === 0) return false;
    const values: readonly unknown[] = Array.isArray(main) ? main : [];
    let objects = 0;
    for (const [index, twin] of value.entries()) {
      if (twin === null) {
        if (!isPresent(values[index])) return false;
      } else if (check(twin, values[index], scope, place)) objects++;
      else return false;
    }
    return objects > 0;
  };
