import type { Reference } from 'fhir/r4.js';
import type { Issue } from '../fhir/issue.ts';
import { parseReference } from '../fhir/reference.ts';
import { type InsuranceRefusal, refusal } from './insurance-refusals.ts';
import { say } from './texts/say.ts';

/** `Type/id` of what a reference points to, without base and version; undefined where its text does not tell. */
export const targetOf = (reference: Reference | undefined, baseUrl?: string): string | undefined => {
  if (reference?.reference === undefined) return undefined;
  const target = parseReference(reference.reference, baseUrl);
  return (target.kind === 'local' || target.kind === 'external') && target.id !== undefined
    ? `${target.resourceType}/${target.id}`
    : undefined;
};

/**
 * Refusals of references that do not name a resource of this server as `Type/id`. Insurance decides on what the register holds,
 * so an identifier, a contained resource or another server's resource is not enough. That the target exists is judged elsewhere.
 */
export const requireReferences = (
  rule: InsuranceRefusal,
  baseUrl: string,
  references: readonly { expression: string; reference: Reference | undefined; types: string }[],
): Issue[] =>
  references
    .filter(({ reference }) => reference !== undefined && !namesLocal(reference, baseUrl))
    .map(({ expression, types }) => refusal(rule, expression, say('reference-required', { types })));

const namesLocal = ({ reference }: Reference, baseUrl: string): boolean =>
  reference !== undefined && parseReference(reference, baseUrl).kind === 'local';
