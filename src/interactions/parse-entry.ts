import { requireUniqueNames } from '../fhir/parse-json.ts';
import { type ParsedResource, withExact } from '../fhir/parse-resource.ts';
import { scanJson } from '../fhir/scan-json.ts';
import type { BundleEntry } from './bundle-entry.ts';

/**
 * The resource that an entry creates or updates, as one that came by itself is parsed.
 * @throws {FhirError} 400 for a name that stands twice in one object
 */
export const parseEntry = ({ interaction, resource }: BundleEntry): { parsed?: ParsedResource } => {
  if (resource === undefined || interaction === 'patch') return {};
  const { value, text } = resource;
  const scan = scanJson(text);
  requireUniqueNames({ value, text, scan });
  return { parsed: withExact(value, text, scan) };
};
