import { isRawNumber, parseExact } from '../fhir/exact-json.ts';
import { refuse } from '../fhir/fhir-error.ts';
import type { Ast } from '../fhir/fhirpath/ast.ts';
import { ExpressionError } from '../fhir/fhirpath/expression-error.ts';
import { parse } from '../fhir/fhirpath/parse.ts';
import type { JsonObject } from '../fhir/resource.ts';
import { isObject } from './json-members.ts';
import { MOST_OPERATIONS } from './patch.ts';

const TYPES = ['add', 'insert', 'delete', 'replace', 'move'] as const;

/** One operation of a FHIRPath Patch. */
export interface PathOperation {
  /** Where in the patch it stands, from 0. */
  at: number;
  type: (typeof TYPES)[number];
  /** As it is written. */
  path: string;
  ast: Ast;
  /** Of the element that is added. */
  name: string;
  /** The part that holds the value; empty where none is needed. */
  value: JsonObject;
  index: number;
  source: number;
  destination: number;
}

/** The refusal of a patch that is none. */
export const malformed = (at: number, text: string) =>
  refuse('patch-malformed', `Operation ${at} of the FHIRPath Patch ${text}`, {
    expression: `Parameters.parameter[${at}]`,
  });

const NEEDED: Record<PathOperation['type'], readonly string[]> = {
  add: ['name', 'value'],
  insert: ['index', 'value'],
  delete: [],
  replace: ['value'],
  move: ['source', 'destination'],
};

const readOperation = (parameter: unknown, at: number): PathOperation => {
  if (!isObject(parameter) || parameter.name !== 'operation' || !Array.isArray(parameter.part)) {
    throw malformed(at, 'must be a parameter with the name "operation" and parts: type, path and what the type needs.');
  }
  const parts = new Map<string, JsonObject>();
  for (const part of parameter.part) {
    if (!isObject(part) || typeof part.name !== 'string') throw malformed(at, 'has a part without a name.');
    if (parts.has(part.name)) throw malformed(at, `has the part "${part.name.slice(0, 64)}" twice.`);
    parts.set(part.name, part);
  }
  const text = (name: string, ...keys: string[]): string | undefined => {
    const value = keys.map(key => parts.get(name)?.[key]).find(each => each !== undefined);
    return typeof value === 'string' ? value : undefined;
  };
  const number = (name: string): number => {
    const value = parts.get(name)?.valueInteger;
    return isRawNumber(value) && /^\d{1,9}$/.test(value.rawJSON) ? Number(value.rawJSON) : -1;
  };
  const type = TYPES.find(each => each === text('type', 'valueCode', 'valueString'));
  if (type === undefined) throw malformed(at, `needs the part "type" with valueCode: one of ${TYPES.join(', ')}.`);
  const path = text('path', 'valueString');
  if (path === undefined) throw malformed(at, 'needs the part "path" with valueString, like "Patient.name[0].given".');
  for (const name of NEEDED[type]) {
    if (!parts.has(name)) throw malformed(at, `needs the part "${name}", as every ${type} does.`);
    if (['index', 'source', 'destination'].includes(name) && number(name) < 0) {
      throw malformed(at, `needs "${name}" as valueInteger: a whole number from 0.`);
    }
  }
  const name = text('name', 'valueString') ?? '';
  if (type === 'add' && name === '') throw malformed(at, 'needs the part "name" with valueString: the element to add.');
  const read = { at, type, path, name, value: parts.get('value') ?? {} };
  try {
    return {
      ...read,
      ast: parse(path),
      index: number('index'),
      source: number('source'),
      destination: number('destination'),
    };
  } catch (error) {
    if (error instanceof ExpressionError) throw malformed(at, 'has a path that is not FHIRPath.');
    throw error;
  }
};

/**
 * Reads the operations of a FHIRPath Patch from the JSON text of a Parameters resource.
 * @throws {FhirError} 400 naming the operation that is not one, by its index
 * https://hl7.org/fhir/R4/fhirpatch.html
 */
export const readPathOperations = (text: string): PathOperation[] => {
  const value = parseExact(text);
  if (!isObject(value) || value.resourceType !== 'Parameters') {
    throw refuse(
      'patch-malformed',
      'A FHIRPath Patch must be a Parameters resource with a parameter "operation" for each change.',
    );
  }
  const { parameter = [] } = value;
  if (!Array.isArray(parameter)) throw refuse('patch-malformed', 'Parameters.parameter must be an array.');
  if (parameter.length > MOST_OPERATIONS) {
    throw refuse(
      'patch-malformed',
      `The FHIRPath Patch has ${parameter.length} operations; at most ${MOST_OPERATIONS} are taken. Update the resource with PUT.`,
    );
  }
  return parameter.map(readOperation);
};
