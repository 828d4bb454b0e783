import type { Resource } from '../fhir/resource.ts';
import { printResource } from '../fhir/stamp-resource.ts';
import type { Change } from '../store/store.ts';
import type { Deps, VersionHead } from './context.ts';
import { entriesOfAnswer } from './entries-of-answer.ts';

/**
 * The change that stores a resource which the server made itself, or changed; decimals may be raw numbers. What only one resource may have
 * stays its own.
 */
export const ownChange = (deps: Deps, resource: Resource, version: VersionHead): Change & { text: string } => {
  const text = printResource(resource, version);
  const method = version.versionId === 1 ? 'POST' : 'PUT';
  const plain = JSON.parse(text) as Resource;
  const identities = deps.insuranceRules.get(resource.resourceType)?.identities?.(plain) ?? [];
  return {
    ...version,
    method,
    text,
    index: entriesOfAnswer(deps, plain, []),
    identities: identities.map(({ key }) => key),
  };
};
