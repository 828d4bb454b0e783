import { DEFINITION_TYPES } from '../definitions/definition-types.ts';
import type { GrowingDefinitions, PostedDefinition } from '../definitions/definitions.ts';
import type { Resource } from '../fhir/resource.ts';
import type { SequencedVersion, Store } from '../store/store.ts';

const PAGE = 100;
const TYPES = [...DEFINITION_TYPES];

const changeOf = ({ resourceType, id, method, body }: SequencedVersion): PostedDefinition =>
  method === 'DELETE' ? { resourceType, id } : { resourceType, id, resource: JSON.parse(body) as Resource };

/**
 * Makes the function that brings definitions up to what is stored when it is called, whichever process stored it. The first call reads
 * all that are stored, later ones what has changed since; they cost next to nothing when nothing has.
 */
export const followDefinitions = (
  store: Pick<Store, 'newest'>,
  definitions: Pick<GrowingDefinitions, 'post'>,
): (() => Promise<void>) => {
  let position = 0;
  const readOn = async (): Promise<void> => {
    const changes: PostedDefinition[] = [];
    let read = position;
    for (;;) {
      const versions = await store.newest(TYPES, read, PAGE);
      const last = versions.at(-1);
      if (last === undefined) break;
      read = last.sequence;
      changes.push(...versions.map(changeOf));
    }
    if (changes.length > 0) definitions.post(changes);
    position = read;
  };
  // One after the other, so that none ends before what it was called for was read.
  let reading: Promise<void> = Promise.resolve();
  return () => {
    reading = reading.then(readOn, readOn);
    return reading;
  };
};
