import { refuse } from '../fhir/fhir-error.ts';
import type { Json, JsonObject } from '../fhir/resource.ts';
import { sameJson } from '../fhir/same-content.ts';
import { copyOf, isDeeperThan, isObject, setMember } from './json-members.ts';
import { readIndex } from './json-pointer.ts';
import type { Patch, PatchLimits } from './patch.ts';
import { type Operation, readOperations } from './read-operations.ts';

const failed = ({ index, op }: Operation, text: string) =>
  refuse('patch-failed', `Operation ${index} of the JSON Patch (${op}) does not fit the resource: ${text}`);

/** A pointer as people read it. */
const written = (tokens: readonly string[]): string =>
  tokens.length === 0
    ? 'the resource'
    : tokens.map(token => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** What stands at a place. @throws {FhirError} 409 naming the first step of the way that is not there */
const valueAt = (document: Json, tokens: readonly string[], operation: Operation): Json => {
  let value = document;
  tokens.forEach((token, depth) => {
    const index = Array.isArray(value) ? readIndex(token) : undefined;
    const next =
      Array.isArray(value) && index !== undefined
        ? value[index]
        : isObject(value) && Object.hasOwn(value, token)
          ? value[token]
          : undefined;
    if (next === undefined) {
      const size = Array.isArray(value) ? ` ${written(tokens.slice(0, depth))} has ${value.length} items, from 0.` : '';
      const advice = operation.op === 'add' ? ' Add that first, an element that repeats as an array.' : '';
      throw failed(operation, `there is no ${written(tokens.slice(0, depth + 1))}.${size}${advice}`);
    }
    value = next;
  });
  return value;
};

/** The object or array that a place is in, and the place's name or index there. */
const parentOf = (
  document: Json,
  tokens: readonly string[],
  operation: Operation,
): { parent: Json[] | JsonObject; last: string } => {
  const parent = valueAt(document, tokens.slice(0, -1), operation);
  if (Array.isArray(parent) || isObject(parent)) return { parent, last: tokens.at(-1)! };
  throw failed(operation, `${written(tokens.slice(0, -1))} is a single value, and has no elements.`);
};

const add = (document: Json, value: Json, operation: Operation): Json => {
  const { to } = operation;
  if (to.length === 0) return value;
  const { parent, last } = parentOf(document, to, operation);
  if (!Array.isArray(parent)) {
    setMember(parent, last, value);
    return document;
  }
  const index = last === '-' ? parent.length : readIndex(last);
  if (index === undefined || index > parent.length) {
    throw failed(
      operation,
      `${written(to)} is no place for an item. Take an index from 0 to ${parent.length}, or "-" for the end.`,
    );
  }
  parent.splice(index, 0, value);
  return document;
};

const remove = (document: Json, tokens: readonly string[], operation: Operation): Json => {
  valueAt(document, tokens, operation);
  if (tokens.length === 0) throw failed(operation, 'it would remove the whole resource. Use DELETE for that.');
  const { parent, last } = parentOf(document, tokens, operation);
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete parent[last];
  return document;
};

const replace = (document: Json, value: Json, operation: Operation): Json => {
  const { to } = operation;
  valueAt(document, to, operation);
  if (to.length === 0) return value;
  const { parent, last } = parentOf(document, to, operation);
  if (Array.isArray(parent)) parent[Number(last)] = value;
  else setMember(parent, last, value);
  return document;
};

/** Bounds what copies of copies of the document add up to. */
const copyWithin = (limits: PatchLimits): ((value: Json, operation: Operation) => Json) => {
  let left = limits.maxCopied;
  return (value, { index }) => {
    if (isDeeperThan(value, limits.maxDepth)) {
      throw refuse('json-too-deep', `Operation ${index} of the JSON Patch copies what is nested too deep.`);
    }
    left -= JSON.stringify(value).length;
    if (left < 0) throw refuse('body-too-large', `Operation ${index} of the JSON Patch makes the resource too large.`);
    return copyOf(value);
  };
};

const applyOperation = (
  document: Json,
  operation: Operation,
  copy: (value: Json, operation: Operation) => Json,
): Json => {
  switch (operation.op) {
    case 'add':
      return add(document, copyOf(operation.value), operation);
    case 'replace':
      return replace(document, copyOf(operation.value), operation);
    case 'remove':
      return remove(document, operation.to, operation);
    case 'copy':
      return add(document, copy(valueAt(document, operation.source, operation), operation), operation);
    case 'move': {
      const value = valueAt(document, operation.source, operation);
      if (operation.from === operation.path) return document;
      return add(remove(document, operation.source, operation), value, operation);
    }
    case 'test':
      if (sameJson(valueAt(document, operation.to, operation), operation.value)) return document;
      throw failed(operation, `${written(operation.to)} has another value than the test asks for.`);
  }
};

/**
 * Reads a JSON Patch from a text, which must be JSON: its operations are applied one after the other, all or none.
 * @throws {FhirError} 400 where it is none
 * https://www.rfc-editor.org/rfc/rfc6902
 */
export const readJsonPatch = (text: string): Patch => {
  const operations = readOperations(text);
  return (document, limits) => {
    const copy = copyWithin(limits);
    return operations.reduce((patched, operation) => applyOperation(patched, operation, copy), document);
  };
};
