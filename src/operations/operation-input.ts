import { parseExact } from '../fhir/exact-json.ts';
import { refuse } from '../fhir/fhir-error.ts';
import { nearestName } from '../fhir/nearest-name.ts';
import { type ParsedResource, parseResource, parseStored } from '../fhir/parse-resource.ts';
import { isJsonObject, type Json, type JsonObject } from '../fhir/resource.ts';
import type { OperationRequest } from './operation.ts';

/** What a parameter holds. `text` is any primitive type that JSON writes as a string. */
interface Values {
  text: string;
  boolean: boolean;
  integer: number;
  Coding: JsonObject;
  CodeableConcept: JsonObject;
  Meta: JsonObject;
  Reference: JsonObject;
  Resource: ParsedResource;
  /** The parts of a parameter that has no value of its own; decimals as they were written. */
  parts: readonly JsonObject[];
}
type Kind = keyof Values;

/** The parameters of an operation by name; an asterisk stands for one that may be repeated: `{ url: 'text', property: 'text*' }`. */
export type Declared = Readonly<Record<string, Kind | `${Kind}*`>>;

/** What was given, by name: undefined, or an empty list, for what was not. */
export type OperationInput<D extends Declared> = {
  [Name in keyof D]: D[Name] extends `${infer K extends Kind}*`
    ? readonly Values[K][]
    : D[Name] extends Kind
      ? Values[D[Name]] | undefined
      : never;
};

/** Parameters of every request, which are not the operation's. */
const PASSED_OVER = new Set(['_format', '_pretty']);

const INTEGER = /^-?\d{1,10}$/;

interface Given {
  name: string;
  /** Where it stands in the body; undefined for one of the URL. */
  expression?: string;
  read(kind: Kind): Values[Kind] | undefined;
}

/** What is asked for, in a sentence about a value that is something else. */
const EXPECTED: Readonly<Record<Kind, string>> = {
  text: 'a text, like "valueString": "..."',
  boolean: 'true or false, as valueBoolean',
  integer: 'a whole number, as valueInteger',
  Coding: 'a Coding, as valueCoding in Parameters that are sent with POST',
  CodeableConcept: 'a CodeableConcept, as valueCodeableConcept in Parameters that are sent with POST',
  parts: 'made of parts, as "part": [...] in Parameters that are sent with POST',
  Reference: 'a Reference, as valueReference in Parameters that are sent with POST',
  Meta: 'a Meta, as valueMeta in Parameters that are sent with POST',
  Resource: 'a resource, as "resource": {...} in Parameters that are sent with POST',
};

const readUrlValue = (text: string, kind: Kind): Values[Kind] | undefined => {
  if (kind === 'text') return text === '' ? undefined : text;
  if (kind === 'boolean') return text === 'true' || text === 'false' ? text === 'true' : undefined;
  return kind === 'integer' && INTEGER.test(text) ? Number(text) : undefined;
};

const readMember = (member: JsonObject, kind: Kind): Json | undefined => {
  switch (kind) {
    case 'boolean':
      return typeof member.valueBoolean === 'boolean' ? member.valueBoolean : undefined;
    case 'integer':
      return Number.isInteger(member.valueInteger) ? member.valueInteger : undefined;
    case 'text':
      return Object.entries(member).find(
        ([name, value]) => name.startsWith('value') && typeof value === 'string' && value !== '',
      )?.[1];
    case 'parts':
      return Array.isArray(member.part) && member.part.every(isJsonObject) ? member.part : undefined;
    default: {
      const value = member[kind === 'Resource' ? 'resource' : `value${kind}`];
      return isJsonObject(value) ? value : undefined;
    }
  }
};

/** The parameters of a Parameters resource. Numbers inside its resources keep their written form. */
const givenInParameters = ({ resource, text }: ParsedResource): Given[] => {
  if (resource.parameter === undefined) return [];
  const members = Array.isArray(resource.parameter) ? resource.parameter : [null];
  let exact: { parameter: JsonObject[] } | undefined;
  return members.map((member, index) => {
    const expression = `Parameters.parameter[${index}]`;
    if (!isJsonObject(member) || typeof member.name !== 'string') {
      throw refuse(
        'operation-parameter-invalid',
        'Each parameter is an object with a name and a value or a resource.',
        {
          expression,
        },
      );
    }
    const read = (kind: Kind): Values[Kind] | undefined => {
      const value = readMember(member, kind);
      if (value === undefined || (kind !== 'Resource' && kind !== 'parts')) return value as Values[Kind] | undefined;
      if (kind === 'Resource' && typeof (value as JsonObject).resourceType !== 'string') return undefined;
      exact ??= parseExact(text) as { parameter: JsonObject[] };
      const { resource, part } = exact.parameter[index]!;
      return kind === 'parts' ? (part as readonly JsonObject[]) : parseStored(JSON.stringify(resource));
    };
    return { name: member.name, expression, read };
  });
};

const givenInBody = (body: Buffer, maxDepth: number, bare: string | undefined): Given[] => {
  const parsed = parseResource(body, maxDepth);
  const { resourceType } = parsed.resource;
  if (resourceType === 'Parameters') return givenInParameters(parsed);
  if (bare === undefined) {
    throw refuse('resource-type-mismatch', `Send Parameters as the body, not a resource of another type.`, {
      expression: 'resourceType',
    });
  }
  return [{ name: bare, expression: resourceType, read: kind => (kind === 'Resource' ? parsed : undefined) }];
};

const unknownParameter = ({ name, expression }: Given, names: readonly string[]): Error => {
  const nearest = nearestName(name, names);
  const taken = names.length === 0 ? 'It takes none.' : `It takes ${names.join(', ')}.`;
  const hint = nearest === undefined ? taken : `Did you mean ${nearest}?`;
  return refuse(
    'operation-parameter-unknown',
    `The operation has no parameter ${name.slice(0, 100)}. ${hint}`,
    expression === undefined ? {} : { expression: `${expression}.name` },
  );
};

/**
 * Reads what an operation was given: the parameters of the URL and those of the body, which is a Parameters resource or, where one
 * parameter is of kind `Resource`, that resource itself.
 * @throws {FhirError} 400 for a body that cannot be read, `operation-parameter-unknown` naming the nearest one, and
 * `operation-parameter-invalid` for a value of another kind and for one that is given twice but may not be repeated
 * https://hl7.org/fhir/R4/operations.html#request
 */
export const readOperationInput = <const D extends Declared>(
  { parameters, body }: Pick<OperationRequest, 'parameters' | 'body'>,
  declared: D,
  maxDepth: number,
): OperationInput<D> => {
  const names = Object.keys(declared);
  const bare = names.find(name => declared[name]!.startsWith('Resource'));
  const given: Given[] = parameters
    .filter(([name]) => !PASSED_OVER.has(name))
    .map(([name, value]) => ({ name, read: kind => readUrlValue(value, kind) }));
  if (body.length > 0) given.push(...givenInBody(body, maxDepth, bare));

  const found = new Map<string, Values[Kind][]>(names.map(name => [name, []]));
  for (const each of given) {
    const values = found.get(each.name);
    if (values === undefined) throw unknownParameter(each, names);
    const kind = declared[each.name]!.replace('*', '') as Kind;
    const value = each.read(kind);
    const at = each.expression === undefined ? {} : { expression: each.expression };
    if (value === undefined) {
      throw refuse('operation-parameter-invalid', `The parameter ${each.name} must be ${EXPECTED[kind]}.`, at);
    }
    if (values.length > 0 && !declared[each.name]!.endsWith('*')) {
      throw refuse(
        'operation-parameter-invalid',
        `The parameter ${each.name} is given twice. Keep one of the two.`,
        at,
      );
    }
    values.push(value);
  }
  return Object.fromEntries(
    names.map(name => [name, declared[name]!.endsWith('*') ? found.get(name) : found.get(name)![0]]),
  ) as OperationInput<D>;
};
