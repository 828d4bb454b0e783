import { DEFINITION_TYPES } from '../definitions/definition-types.ts';
import type { GrowingDefinitions, PostedDefinition } from '../definitions/definitions.ts';
import type { Resource } from '../fhir/resource.ts';
import { followNewest } from '../store/follow-newest.ts';
import type { SequencedVersion, Store } from '../store/store.ts';

const changeOf = ({ resourceType, id, method, body }: SequencedVersion): PostedDefinition =>
  method === 'DELETE' ? { resourceType, id } : { resourceType, id, resource: JSON.parse(body) as Resource };

/**
 * Makes the function that brings definitions up to what is stored when it is called, whichever process stored it. The first call reads
 * all that are stored, later ones what has changed since; they cost next to nothing when nothing has.
 */
export const followDefinitions = (
  store: Pick<Store, 'newest'>,
  definitions: Pick<GrowingDefinitions, 'post'>,
): (() => Promise<void>) =>
  followNewest(store, [...DEFINITION_TYPES], versions => definitions.post(versions.map(changeOf)));
