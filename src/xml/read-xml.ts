import { isUtf8 } from 'node:buffer';
import { rawNumber } from '../fhir/exact-json.ts';
import { type FhirError, refuse } from '../fhir/fhir-error.ts';
import { nearestName } from '../fhir/nearest-name.ts';
import type { ElementShapes, JsonKind, Member, Shape } from './element-shapes.ts';
import { FHIR_NAMESPACE, XHTML_NAMESPACE } from './namespaces.ts';
import { createXmlCursor, type XmlAttribute, type XmlCursor, type XmlStart } from './xml-cursor.ts';
import { shownName, xmlRefusal } from './xml-refusal.ts';

/** A JSON object with numbers in their written form. */
type Written = { [name: string]: unknown };

/** One occurrence of an element: its value, and what JSON writes beside it under `_name`. */
interface Occurrence {
  value?: unknown;
  twin?: Written;
}

const SCHEMA_INSTANCE = 'http://www.w3.org/2001/XMLSchema-instance';
const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
/** Narrative may be nested by as much again as the resource around it. */
const XHTML_DEPTH = 100;

const isEmpty = (object: Written): boolean => {
  for (const _name in object) return false;
  return true;
};

/** Puts the occurrences of an element into the object that holds it, as JSON has them. https://hl7.org/fhir/R4/json.html#primitive */
const put = (object: Written, { name, isArray }: Member, occurrences: readonly Occurrence[]): void => {
  const hasValue = occurrences.some(({ value }) => value !== undefined);
  const hasTwin = occurrences.some(({ twin }) => twin !== undefined);
  const [first] = occurrences;
  if (hasValue) object[name] = isArray ? occurrences.map(({ value = null }) => value) : first!.value;
  if (hasTwin) object[`_${name}`] = isArray ? occurrences.map(({ twin = null }) => twin) : first!.twin;
};

/** Reads the elements of one text, led by the shapes of their types. */
const createReader = (shapes: ElementShapes, cursor: XmlCursor) => {
  const { text } = cursor;
  const wrong = (index: number, what: string): FhirError => xmlRefusal('xml-not-fhir', { text, index, what });

  const literal = (kind: JsonKind, path: string, { value, index }: XmlAttribute): unknown => {
    if (kind === 'string') return value;
    if (kind === 'number') {
      if (NUMBER.test(value)) return rawNumber(value);
      throw wrong(index, `The value of ${path} must be a number, like 10 or 10.50.`);
    }
    if (value === 'true' || value === 'false') return value === 'true';
    throw wrong(index, `The value of ${path} must be true or false.`);
  };

  const unknownAttribute = ({ name, index }: XmlAttribute, path: string): FhirError =>
    wrong(
      index,
      name === 'value'
        ? `${path} has no value, but elements of its own. Write those inside of it.`
        : `${path} has no attribute ${shownName(name)}. Leave it out, or write it as an element.`,
    );

  const requireFhir = ({ name, namespace, index }: XmlStart): void => {
    if (namespace === FHIR_NAMESPACE) return;
    throw wrong(
      index,
      `${shownName(name)} is not in the namespace of FHIR. Write xmlns="${FHIR_NAMESPACE}" at the outermost element.`,
    );
  };

  const unknownElement = ({ name, index }: XmlStart, path: string, shape: Shape): FhirError => {
    if (shape.get(name)?.isAttribute)
      return wrong(index, `${name} of ${path} is an attribute. Write it into the tag: ${name}="...".`);
    const nearest = nearestName(name, shape.keys());
    const hint = nearest === undefined ? '' : ` Did you mean \`${nearest}\`?`;
    return wrong(index, `${path} has no element ${shownName(name)}.${hint}`);
  };

  const readPrimitive = (start: XmlStart, path: string, kind: JsonKind): Occurrence => {
    const read: Occurrence = {};
    const twin: Written = {};
    for (const attribute of start.attributes) {
      if (attribute.namespace === '' && attribute.name === 'value') read.value = literal(kind, path, attribute);
      else if (attribute.namespace === '' && attribute.name === 'id') twin.id = attribute.value;
      else
        throw wrong(
          attribute.index,
          `${path} has no attribute ${shownName(attribute.name)}. Its value goes into value="...".`,
        );
    }
    const extension: Written[] = [];
    for (let child = cursor.next(); child !== undefined; child = cursor.next()) {
      requireFhir(child);
      if (child.name !== 'extension') {
        throw wrong(
          child.index,
          `${path} is a single value and has no element ${shownName(child.name)}; only extensions may stand in it.`,
        );
      }
      extension.push(readObject(child, `${path}.extension`, shapes.ofType('Extension')!));
    }
    if (extension.length > 0) twin.extension = extension;
    if (read.value === undefined && isEmpty(twin))
      throw wrong(start.index, `${path} has no value. Write it as value="...", or leave ${path} out.`);
    if (!isEmpty(twin)) read.twin = twin;
    return read;
  };

  const readXhtml = ({ namespace, prefix, attributes, index }: XmlStart, path: string): Occurrence => {
    const end = cursor.pass();
    const value = text.slice(index, end);
    if (
      namespace !== XHTML_NAMESPACE ||
      prefix !== '' ||
      !/^<div\s[^>]*xmlns\s*=/.test(value) ||
      attributes.some(each => each.namespace === FHIR_NAMESPACE)
    ) {
      throw wrong(
        index,
        `${path} must be XHTML of its own, with the namespace written at it: <div xmlns="${XHTML_NAMESPACE}">.`,
      );
    }
    return { value };
  };

  const readContained = (start: XmlStart, path: string): Written => {
    const [attribute] = start.attributes;
    if (attribute !== undefined) throw unknownAttribute(attribute, path);
    const child = cursor.next();
    if (child === undefined) throw wrong(start.index, `${path} is empty. Write one resource into it, or leave it out.`);
    const resource = readResource(child, path);
    const more = cursor.next();
    if (more !== undefined) throw wrong(more.index, `${path} holds one resource only. Repeat ${path} for each.`);
    return resource;
  };

  const readOccurrence = (start: XmlStart, path: string, { content }: Member): Occurrence => {
    switch (content.kind) {
      case 'primitive':
        return readPrimitive(start, path, content.json);
      case 'xhtml':
        return readXhtml(start, path);
      case 'resource':
        return { value: readContained(start, path) };
      case 'complex':
        return { value: readObject(start, path, content.shape()) };
    }
  };

  const readObject = (start: XmlStart, path: string, shape: Shape, object: Written = {}): Written => {
    for (const attribute of start.attributes) {
      const { name, namespace, value } = attribute;
      if (namespace === SCHEMA_INSTANCE && name === 'schemaLocation') continue;
      if (namespace !== '' || !shape.get(name)?.isAttribute) throw unknownAttribute(attribute, path);
      object[name] = value;
    }
    let last: Member | undefined;
    let occurrences: Occurrence[] = [];
    for (let child = cursor.next(); child !== undefined; child = cursor.next()) {
      const member = shape.get(child.name);
      if (member?.content.kind !== 'xhtml') requireFhir(child);
      if (member === undefined || member.isAttribute) throw unknownElement(child, path, shape);
      if (last !== undefined && member !== last) {
        if (member.order < last.order) {
          throw wrong(
            child.index,
            `${member.name} must stand before ${last.name} in ${path}: XML has the elements in the order of the definition.`,
          );
        }
        put(object, last, occurrences);
        occurrences = [];
      }
      if (member === last && !member.isArray)
        throw wrong(child.index, `${path}.${member.name} is there twice, and may be there once.`);
      last = member;
      occurrences.push(readOccurrence(child, `${path}.${member.name}`, member));
    }
    if (last !== undefined) put(object, last, occurrences);
    if (isEmpty(object)) throw wrong(start.index, `${path} is empty. Write its elements into it, or leave it out.`);
    return object;
  };

  const readResource = (start: XmlStart, place = 'The outermost element'): Written => {
    requireFhir(start);
    const shape = shapes.isResourceType(start.name) ? shapes.ofType(start.name) : undefined;
    if (shape === undefined)
      throw wrong(start.index, `${place} must be a resource, and R4 has no resource ${shownName(start.name)}.`);
    return readObject(start, start.name, shape, { resourceType: start.name });
  };
  return readResource;
};

/**
 * The JSON text of a resource that came as XML, every number as it was written. Elements may be nested `maxDepth` deep, narrative
 * a bounded number of levels more.
 * https://hl7.org/fhir/R4/xml.html
 * @throws {FhirError} 400 `xml-malformed`, `xml-not-fhir` naming line and column
 */
export const readXml = (shapes: ElementShapes, body: Buffer, maxDepth: number): string => {
  if (!isUtf8(body)) throw refuse('xml-malformed', 'The body is not valid UTF-8. Send XML encoded in UTF-8.');
  const cursor = createXmlCursor(body.toString('utf8'), maxDepth + XHTML_DEPTH);
  const start = cursor.next();
  const resource = createReader(shapes, cursor)(start!);
  cursor.next();
  return JSON.stringify(resource);
};
