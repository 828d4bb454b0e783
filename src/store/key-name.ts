import type { ResourceKey } from './store.ts';

/** `Type/id`. */
export const nameOf = ({ resourceType, id }: ResourceKey): string => `${resourceType}/${id}`;

/** The key that a name is of. */
export function keyOf(name: string): ResourceKey {
  const slash = name.indexOf('/');
  return { resourceType: name.slice(0, slash), id: name.slice(slash + 1) };
}
