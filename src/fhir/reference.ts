import { isJsonObject, type Json, type JsonObject } from './resource.ts';

/**
 * What the text of a Reference, canonical or uri points to. `local` is a resource of this server; `external` has `resourceType`
 * and `id` where its url ends like a FHIR one; `uuid` and `oid` name an entry of the same Bundle, or something outside.
 */
export type ParsedReference =
  | { kind: 'local'; resourceType: string; id: string; versionId?: string }
  | { kind: 'contained'; id: string }
  | { kind: 'uuid' | 'oid'; url: string }
  | { kind: 'external'; url: string; resourceType?: string; id?: string }
  | { kind: 'canonical'; url: string; version: string }
  | { kind: 'malformed' };

const ID = /^[A-Za-z0-9\-.]{1,64}$/;
const VERSIONED = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})\/_history\/([A-Za-z0-9\-.]{1,64})$/;
const TAIL = /\/([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/;
const UUID = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const OID = /^urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+$/;
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$/;
const MALFORMED: ParsedReference = { kind: 'malformed' };

/** Whether the text may be the logical id of a resource. https://hl7.org/fhir/R4/datatypes.html#id */
export const isId = (text: string): boolean => ID.test(text);

/**
 * Reads the text of a reference. An absolute url below `baseUrl` (this server's own, no slash at the end) is local.
 * https://hl7.org/fhir/R4/references.html#literal
 */
export function parseReference(text: string, baseUrl?: string): ParsedReference {
  const literal = parseLiteral(text);
  if (literal !== undefined) return literal;
  if (text.startsWith('#')) {
    const id = text.slice(1);
    return id === '' || ID.test(id) ? { kind: 'contained', id } : MALFORMED;
  }
  if (text.startsWith('urn:uuid:')) return UUID.test(text) ? { kind: 'uuid', url: text } : MALFORMED;
  if (text.startsWith('urn:oid:')) return OID.test(text) ? { kind: 'oid', url: text } : MALFORMED;
  if (!ABSOLUTE.test(text)) return MALFORMED;
  const bar = text.lastIndexOf('|');
  if (bar >= 0) return { kind: 'canonical', url: text.slice(0, bar), version: text.slice(bar + 1) };
  if (baseUrl !== undefined && text.startsWith(baseUrl) && text.charCodeAt(baseUrl.length) === SLASH) {
    const own = parseLiteral(text.slice(baseUrl.length + 1));
    if (own !== undefined) return own;
  }
  const tail = TAIL.exec(text);
  return tail === null
    ? { kind: 'external', url: text }
    : { kind: 'external', url: text, resourceType: tail[1]!, id: tail[2]! };
}

const SLASH = 47;

const isUpper = (char: number): boolean => char >= 65 && char <= 90;
const isLetter = (char: number): boolean => (char >= 97 && char <= 122) || isUpper(char);
const isIdCharacter = (char: number): boolean =>
  isLetter(char) || (char >= 48 && char <= 57) || char === 45 || char === 46;

/** `Type/id` without a regular expression: a write reads dozens of references, and nearly all are such. */
function parsePlain(text: string): ParsedReference | undefined {
  let slash = 0;
  while (isLetter(text.charCodeAt(slash))) slash += 1;
  if (slash < 2 || !isUpper(text.charCodeAt(0)) || text.charCodeAt(slash) !== SLASH) return undefined;
  let end = slash + 1;
  while (isIdCharacter(text.charCodeAt(end))) end += 1;
  const idLength = end - slash - 1;
  if (end < text.length || idLength < 1 || idLength > 64) return undefined;
  return { kind: 'local', resourceType: text.slice(0, slash), id: text.slice(slash + 1) };
}

/** `Type/id` or `Type/id/_history/version`. */
function parseLiteral(text: string): ParsedReference | undefined {
  const plain = parsePlain(text);
  if (plain !== undefined) return plain;
  const match = VERSIONED.exec(text);
  if (match === null) return undefined;
  const [, resourceType, id, versionId] = match;
  return { kind: 'local', resourceType: resourceType!, id: id!, versionId: versionId! };
}

/** The choices of R4 that may be a Reference, as JSON names them: `locationReference` is `location` in FHIRPath. */
const CHOICES = new Set(
  (
    'additive answer author chargeItem code content defaultValue definingSubstance diagnosis entity event fixed indication item ' +
    'legallyBinding location manufacturer medication name pattern procedure product reported source statusReason subject ' +
    'substance target timing topic value'
  )
    .split(' ')
    .map(name => `${name}Reference`),
);
/** `value[x]` of any type. The elements of R4 that are named so and are no choice are lists (`Device.property.valueCode`). */
const VALUE = /^value[A-Z]/;
/** Elements that are named like one of these and are none. */
const NOT_CHOICES = new Set([
  'ClinicalImpression.itemReference',
  'ImagingStudy.procedureReference',
  'ServiceRequest.locationReference',
]);
const REFERENCE_ELEMENTS = new Set(['reference', 'display', 'type', 'identifier', 'id', 'extension']);

/**
 * Visits every Reference with a text (`reference`) anywhere in a resource: in extensions and contained resources too, in document
 * order. `locate` builds the FHIRPath expression of the Reference (`Claim.item[0].encounter[0]`); it is valid during the visit.
 */
export function findReferences(
  resource: JsonObject,
  visit: (reference: JsonObject, locate: () => string) => void,
): void {
  const names: string[] = [];
  const indexes: number[] = [];
  let depth = 0;
  const locate = (): string => {
    let node: JsonObject = resource;
    let resourceType = '';
    let expression = '';
    for (let level = 0; level < depth; level += 1) {
      const name = names[level]!;
      const index = indexes[level]!;
      if (typeof node.resourceType === 'string') resourceType = node.resourceType;
      if (level === 0) expression = resourceType;
      expression += `.${expressionName(name, index >= 0, resourceType)}`;
      if (index >= 0) expression += `[${index}]`;
      const value = node[name];
      node = (Array.isArray(value) ? value[index] : value) as JsonObject;
    }
    return expression;
  };
  const walk = (node: JsonObject): void => {
    if (typeof node.reference === 'string' && depth > 0 && isReference(node)) visit(node, locate);
    for (const name in node) {
      const value: Json = node[name]!;
      if (typeof value !== 'object' || value === null) continue;
      names[depth] = name;
      if (Array.isArray(value)) {
        for (let index = 0; index < value.length; index += 1) {
          const item = value[index];
          if (!isJsonObject(item)) continue;
          indexes[depth] = index;
          depth += 1;
          walk(item);
          depth -= 1;
        }
      } else {
        indexes[depth] = -1;
        depth += 1;
        walk(value);
        depth -= 1;
      }
    }
  };
  walk(resource);
}

/** The name of an element in FHIRPath, which leaves out the type of a choice. */
export function expressionName(name: string, isList: boolean, resourceType: string): string {
  if (VALUE.test(name) && !isList) return 'value';
  const isChoice = CHOICES.has(name) && !NOT_CHOICES.has(`${resourceType}.${name}`);
  return isChoice ? name.slice(0, -'Reference'.length) : name;
}

/**
 * Whether an object with a `reference` is a Reference: an Expression and an Immunization.education have a `reference` too, which is a plain
 * uri.
 */
export function isReference(node: JsonObject): boolean {
  for (const name in node) if (!REFERENCE_ELEMENTS.has(name) && name.charCodeAt(0) !== UNDERSCORE) return false;
  return true;
}

const UNDERSCORE = 95;
