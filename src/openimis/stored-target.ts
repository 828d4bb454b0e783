import type { Json } from '../fhir/resource.ts';
import { type RewritingContext, type Rewritten, type Target, targetKey } from './rewriting.ts';

/** The ids of the stored resources that are meant, as far as they were looked up. */
export const storedIds = (target: Target, { targets }: RewritingContext): readonly string[] =>
  targets.get(targetKey(target)) ?? [];

/** The reference to the one stored resource that is meant; undefined where there is none, or more than one. */
export const storedReference = (target: Target, context: RewritingContext): string | undefined => {
  const ids = storedIds(target, context);
  return ids.length === 1 ? `${target.resourceType}/${ids[0]}` : undefined;
};

/** What is said where several resources are meant. */
export const severalMeant = (value: Json, { resourceType }: Target): Rewritten => ({
  value,
  said: `Several resources of type ${resourceType} are meant by what was sent. Refer to one of them by its id.`,
  at: 'reference',
  rule: 'not-normalized',
});
