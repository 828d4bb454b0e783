import { parseExact } from '../fhir/exact-json.ts';
import { refuse } from '../fhir/fhir-error.ts';
import type { Json } from '../fhir/resource.ts';
import { isObject } from './json-members.ts';
import { readPointer } from './json-pointer.ts';
import { MOST_OPERATIONS } from './patch.ts';

interface At {
  /** Where in the patch it stands, from 0. */
  index: number;
  /** As it is written. */
  path: string;
  /** Names and indexes of the path. */
  to: readonly string[];
}

/** One operation of a JSON Patch. */
export type Operation = At &
  (
    | { op: 'add' | 'replace' | 'test'; value: Json }
    | { op: 'remove' }
    | { op: 'move' | 'copy'; from: string; source: readonly string[] }
  );

const OPS = ['add', 'remove', 'replace', 'move', 'copy', 'test'];

const malformed = (index: number, text: string) =>
  refuse('patch-malformed', `Operation ${index} of the JSON Patch ${text}`);

const readOperation = (value: unknown, index: number): Operation => {
  if (!isObject(value)) throw malformed(index, 'is no object. Write it like {"op": "remove", "path": "/active"}.');
  const { op } = value;
  const pointer = (name: 'path' | 'from'): { text: string; tokens: string[] } => {
    const text = value[name];
    const tokens = typeof text === 'string' ? readPointer(text) : undefined;
    if (typeof text === 'string' && tokens !== undefined) return { text, tokens };
    throw malformed(
      index,
      `needs "${name}": a JSON Pointer like "/name/0/given", with ~1 for a slash and ~0 for a tilde in a name.`,
    );
  };
  if (typeof op !== 'string' || !OPS.includes(op)) throw malformed(index, `needs "op": one of ${OPS.join(', ')}.`);
  const { text: path, tokens: to } = pointer('path');
  const at = { index, path, to };
  if (op === 'remove') return { ...at, op };
  if (op === 'move' || op === 'copy') {
    const { text: from, tokens: source } = pointer('from');
    if (op === 'move' && path.startsWith(`${from}/`)) throw malformed(index, 'moves a value into itself.');
    return { ...at, op, from, source };
  }
  if (!Object.hasOwn(value, 'value')) throw malformed(index, `needs "value", as every ${op} does.`);
  return { ...at, op: op as 'add' | 'replace' | 'test', value: value.value! };
};

/**
 * Reads the operations of a JSON Patch from a text, which must be JSON. Members that no operation has are passed over.
 * @throws {FhirError} 400 naming the operation that is not one, by its index
 * https://www.rfc-editor.org/rfc/rfc6902#section-3
 */
export const readOperations = (text: string): Operation[] => {
  const list = parseExact(text);
  if (!Array.isArray(list)) {
    throw refuse(
      'patch-malformed',
      'A JSON Patch must be an array of operations, like [{"op": "replace", "path": "/active", "value": false}].',
    );
  }
  if (list.length > MOST_OPERATIONS) {
    throw refuse(
      'patch-malformed',
      `The JSON Patch has ${list.length} operations; at most ${MOST_OPERATIONS} are taken. Update the resource with PUT.`,
    );
  }
  return list.map(readOperation);
};
