import type { JsonObject } from '../fhir/resource.ts';
import type { NativeRule } from './plan.ts';

const [V, UNDERSCORE] = [118, 95];

function hasValue(extension: JsonObject): boolean {
  for (const name in extension) {
    const first = name.charCodeAt(0);
    if ((first === V || first === UNDERSCORE) && (name.startsWith('value') || name.startsWith('_value'))) return true;
  }
  return false;
}

const hasOne = (extension: JsonObject) => (extension.extension !== undefined) !== hasValue(extension);

/** An extension has either a value or extensions (ext-1). https://hl7.org/fhir/R4/extensibility.html */
export const extensionRule: NativeRule = {
  holds: value => hasOne(value as JsonObject),
  explain(value, _scope, path, report) {
    if (hasOne(value as JsonObject)) return;
    const text = hasValue(value as JsonObject)
      ? 'An extension has either a value[x] or extensions inside it, not both. Remove one.'
      : 'An extension needs a value[x], or extensions inside it. Add one.';
    report.error('invariant-failed', path, `Rule ext-1 does not hold: ${text}`);
  },
};
