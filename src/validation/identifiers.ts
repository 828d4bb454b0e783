import type { JsonObject } from '../fhir/resource.ts';
import type { NativeRule, Scope } from './plan.ts';

// R4's own definitions show identifiers that do not.
const holds = ({ system, value }: JsonObject, { resource }: Scope) =>
  system !== 'urn:ietf:rfc:3986' ||
  typeof value !== 'string' ||
  value.includes(':') ||
  resource.resourceType === 'StructureDefinition';

/** An Identifier that says it is a URI is one. https://hl7.org/fhir/R4/identifier-registry.html */
export const identifierRule: NativeRule = {
  holds: (value, scope) => holds(value as JsonObject, scope),
  explain(value, scope, path, report) {
    if (holds(value as JsonObject, scope)) return;
    const text =
      'By its system (urn:ietf:rfc:3986) the value is a whole URI. Write one, or give the system that the value is of.';
    report.error('format-wrong', `${path}.value`, text);
  },
};
