import { readFhirPathPatch } from './fhirpath-patch.ts';
import { readJsonPatch } from './json-patch.ts';
import { readMergePatch } from './merge-patch.ts';
import type { Patch } from './patch.ts';

/** How a patch is read from its text, by media type. */
export const patchFormats: ReadonlyMap<string, (text: string) => Patch> = new Map([
  ['application/json-patch+json', readJsonPatch],
  ['application/merge-patch+json', readMergePatch],
  ['application/fhir+json', readFhirPathPatch],
]);
