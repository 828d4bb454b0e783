import type { ObjectPlan, Scope } from './plan.ts';

/** Resources have ids of another kind, and a StructureDefinition writes its elements, with their ids, in snapshot and differential. */
export const hasOwnIds = ({ resource, type }: ObjectPlan): boolean => !resource && type !== 'ElementDefinition';

/**
 * Whether the id of an element is its own: no other element of the resource has it. Notes it in the scope.
 * https://hl7.org/fhir/R4/element-definitions.html#Element.id
 */
export function isOwnId(id: unknown, owner: object, scope: Scope): boolean {
  if (typeof id !== 'string') return true;
  scope.ids ??= new Map();
  const holder = scope.ids.get(id);
  if (holder === undefined) scope.ids.set(id, owner);
  return holder === undefined || holder === owner;
}

/** What is told of an id that is not. */
export const repeatedId = 'Another element of the resource has the same id. Give each its own, or leave them out.';
