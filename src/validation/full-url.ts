import { isJsonObject, type JsonObject } from '../fhir/resource.ts';
import type { NativeRule } from './plan.ts';

const absolute = /^[A-Za-z][A-Za-z0-9+.-]*:./;
const atRest = /\/([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})$/;

/** What is wrong with the fullUrl of an entry. */
function faultOf(entry: unknown, isType: (name: string) => boolean): string | undefined {
  if (!isJsonObject(entry) || typeof entry.fullUrl !== 'string') return undefined;
  const { fullUrl, resource } = entry;
  if (!absolute.test(fullUrl)) return 'The fullUrl is not absolute. Write the whole URL, or urn:uuid: and a UUID.';
  const named = fullUrl.startsWith('http') ? atRest.exec(fullUrl) : null;
  if (named === null || !isJsonObject(resource) || !isType(named[1]!)) return undefined;
  if (named[1] !== resource.resourceType || (resource.id !== undefined && named[2] !== resource.id)) {
    return 'The fullUrl ends with another type or id than the resource of the entry has. Make them agree, or use urn:uuid: and a UUID.';
  }
  return undefined;
}

/** The fullUrl of each entry is absolute and agrees with the resource. https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.fullUrl */
export function fullUrlRule(isType: (name: string) => boolean): NativeRule {
  const entriesOf = (bundle: unknown) => {
    const { entry } = bundle as JsonObject;
    return Array.isArray(entry) ? entry : [];
  };
  return {
    holds: bundle => entriesOf(bundle).every(entry => faultOf(entry, isType) === undefined),
    explain(bundle, _scope, path, report) {
      entriesOf(bundle).forEach((entry, index) => {
        const fault = faultOf(entry, isType);
        if (fault !== undefined) report.error('bundle-full-url', `${path}.entry[${index}].fullUrl`, fault);
      });
    },
  };
}
