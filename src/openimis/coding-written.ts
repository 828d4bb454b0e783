import { isJsonObject, type Json, type JsonObject } from '../fhir/resource.ts';
import { objectsIn, type Rewritten, withItem } from './rewriting.ts';

/** What to write into a coding: the name of a member, its value, and what is said of it. */
type Writing = readonly [name: 'system' | 'code', value: string, said: string];

/** Writes into the first coding of a concept (CodeableConcept) for which `writing` gives something. */
export const codingWritten = (
  concept: Json | undefined,
  writing: (coding: JsonObject) => Writing | undefined,
): Rewritten | undefined => {
  if (!isJsonObject(concept)) return undefined;
  for (const { item, index } of objectsIn(concept.coding)) {
    const written = writing(item);
    if (written === undefined) continue;
    const [name, value, said] = written;
    const coding = withItem(concept.coding as Json[], index, { ...item, [name]: value });
    return { value: { ...concept, coding }, said, at: `coding[${index}].${name}` };
  }
  return undefined;
};
