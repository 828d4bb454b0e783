import { refuse } from '../fhir/fhir-error.ts';
import type { BundleEntry } from './bundle-entry.ts';
import type { Deps } from './context.ts';

/** The media type that stands for a patch written as Parameters. https://hl7.org/fhir/R4/fhirpatch.html */
const FHIRPATH_PATCH = 'application/fhir+json';

/**
 * The patch of an entry: what its Binary holds, or its Parameters. @throws {FhirError} 400 where the Binary holds none
 * https://hl7.org/fhir/R4/http.html#patch
 */
export const patchOfEntry = (
  { settings }: Pick<Deps, 'settings'>,
  { resource }: BundleEntry,
): { mediaType: string; body: Buffer } => {
  const { value, text } = resource!;
  if (value.resourceType === 'Parameters') return { mediaType: FHIRPATH_PATCH, body: Buffer.from(text) };
  const { contentType, data } = value;
  const wanting = (element: string, what: string) =>
    refuse('bundle-entry-malformed', `The Binary has no ${element}. Add ${what}.`, {
      expression: `resource.${element}`,
    });
  if (typeof contentType !== 'string')
    throw wanting('contentType', 'the media type of the patch, like application/json-patch+json');
  if (typeof data !== 'string' || !/^[\s\w+/=]+$/.test(data)) throw wanting('data', 'the patch, in base64');
  const body = Buffer.from(data, 'base64');
  if (body.length <= settings.maxResourceBytes)
    return { mediaType: contentType.split(';', 1)[0]!.trim().toLowerCase(), body };
  throw refuse('body-too-large', 'The patch is larger than this server takes (KIUNGO_MAX_RESOURCE_BYTES).', {
    expression: 'resource.data',
  });
};
