import { type FhirError, refuse } from '../fhir/fhir-error.ts';
import { isJsonObject, type Resource } from '../fhir/resource.ts';
import type { SplitEntry } from '../fhir/split-bundle.ts';
import type { BundleEntry } from './bundle-entry.ts';
import type { Deps } from './context.ts';

const malformed = (text: string): FhirError => refuse('bundle-entry-malformed', text, { expression: 'resource' });

/** A resource of a Bundle as it was sent. @throws {FhirError} 400 where it is none, 413 where it is too large */
export const readEntryResource = (
  { settings }: Deps,
  { resource: sent, entry }: SplitEntry,
  broken: () => never,
): BundleEntry['resource'] => {
  if (sent === undefined) {
    if (entry.resource === undefined) return undefined;
    throw malformed('The resource is not a JSON object. Send one that starts with {"resourceType": ...}.');
  }
  const { text, depth } = sent;
  const at = { expression: 'resource' };
  if (depth > settings.maxDepth) {
    throw refuse(
      'json-too-deep',
      `The resource is nested ${depth} levels deep; at most ${settings.maxDepth} are accepted.`,
      at,
    );
  }
  if (text.length > settings.maxResourceBytes || Buffer.byteLength(text) > settings.maxResourceBytes) {
    throw refuse('body-too-large', 'The resource is larger than this server stores (KIUNGO_MAX_RESOURCE_BYTES).', at);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return broken();
  }
  if (isJsonObject(value) && typeof value.resourceType === 'string' && value.resourceType !== '') {
    return { value: value as Resource, text };
  }
  throw refuse('json-not-resource', 'The resource has no resourceType. Add the name of its type as a text.', at);
};

const PATCHES = ['Binary', 'Parameters'];

/** Holds the resource of an entry to what its url and method say. @throws {FhirError} 400 */
export const requireFitting = ({ method, interaction, resourceType, id, resource }: BundleEntry): void => {
  if (interaction === 'operation' && method === 'POST') return;
  const isBody = method === 'POST' || method === 'PUT' || method === 'PATCH';
  if (!isBody) {
    if (resource === undefined) return;
    throw malformed(`An entry with ${method} has no resource. Leave it out.`);
  }
  if (resource === undefined) throw malformed(`An entry with ${method} needs a resource. Add it.`);
  const found = resource.value.resourceType;
  if (method === 'PATCH') {
    if (PATCHES.includes(found)) return;
    throw malformed(
      'The resource of a PATCH is Parameters (FHIRPath Patch), or a Binary whose contentType is that of the patch and whose data is the patch in base64.',
    );
  }
  if (found !== resourceType) {
    throw refuse(
      'resource-type-mismatch',
      `The url is that of a ${resourceType}, and the resource is another one. Make them agree.`,
      { expression: 'resource.resourceType' },
    );
  }
  if (id !== undefined && resource.value.id !== id) {
    throw refuse('id-mismatch', `The resource must have the id of the url: "id": "${id}".`, {
      expression: 'resource.id',
    });
  }
};
