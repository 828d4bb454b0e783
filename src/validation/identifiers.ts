import type { JsonObject } from '../fhir/resource.ts';
import type { NativeRule } from './plan.ts';

const holds = ({ system, value }: JsonObject) =>
  system !== 'urn:ietf:rfc:3986' || typeof value !== 'string' || value.includes(':');

/** An Identifier that says it is a URI is one. https://hl7.org/fhir/R4/identifier-registry.html */
export const identifierRule: NativeRule = {
  holds: value => holds(value as JsonObject),
  explain(value, _scope, path, report) {
    if (holds(value as JsonObject)) return;
    const text =
      'By its system (urn:ietf:rfc:3986) the value is a whole URI. Write one, or give the system that the value is of.';
    report.error('format-wrong', `${path}.value`, text);
  },
};
