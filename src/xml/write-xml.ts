import { isRawNumber, parseExact } from '../fhir/exact-json.ts';
import { type FhirError, refuse } from '../fhir/fhir-error.ts';
import { isJsonObject, type JsonObject } from '../fhir/resource.ts';
import type { ElementShapes, Member, Shape } from './element-shapes.ts';
import { FHIR_NAMESPACE } from './namespaces.ts';
import { xhtmlToXml } from './xhtml-to-xml.ts';
import { escapeAttribute, isXmlText } from './xml-text.ts';

const unwritable = (what: string): FhirError =>
  refuse('accept-not-served', `This cannot be written as XML: ${what}. Ask for application/fhir+json.`);

const writtenValue = (value: unknown, name: string): string => {
  const text = isRawNumber(value) ? value.rawJSON : String(value);
  if (typeof value === 'object' && !isRawNumber(value)) throw unwritable(`${name} is not a single value`);
  if (!isXmlText(text)) throw unwritable(`${name} has a control character`);
  return escapeAttribute(text);
};

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** Writes elements by the shapes of their types, indented or in one line. */
const createWriter = (shapes: ElementShapes, isPretty: boolean) => {
  const lineAt = (depth: number): string => (isPretty ? `\n${'  '.repeat(depth)}` : '');

  const element = (name: string, attributes: string, content: string, depth: number): string =>
    content === ''
      ? `${lineAt(depth)}<${name}${attributes}/>`
      : `${lineAt(depth)}<${name}${attributes}>${content}${lineAt(depth)}</${name}>`;

  const writePrimitive = (name: string, value: unknown, twin: unknown, depth: number): string => {
    const written = value === null || value === undefined ? '' : ` value="${writtenValue(value, name)}"`;
    if (!isJsonObject(twin)) return written === '' ? '' : element(name, written, '', depth);
    const { id, extension } = twin;
    const attributes = `${id === undefined ? '' : ` id="${writtenValue(id, name)}"`}${written}`;
    const shape = shapes.ofType('Extension')!;
    const extensions = extension === undefined ? [] : listOf(extension);
    const content = extensions.map(each => writeObject('extension', each, shape, depth + 1)).join('');
    return element(name, attributes, content, depth);
  };

  const writeOne = ({ name, content }: Member, value: unknown, twin: unknown, depth: number): string => {
    switch (content.kind) {
      case 'primitive':
        return writePrimitive(name, value, twin, depth);
      case 'xhtml': {
        const xhtml = xhtmlToXml(String(value));
        if (xhtml === undefined) throw unwritable('a narrative is not well-formed');
        return `${lineAt(depth)}${xhtml}`;
      }
      case 'resource':
        return element(name, '', writeResource(value, depth + 1), depth);
      case 'complex':
        return writeObject(name, value, content.shape(), depth);
    }
  };

  const writeMember = (member: Member, object: JsonObject, depth: number): string => {
    const values = listOf(object[member.name]);
    const twins = listOf(object[`_${member.name}`]);
    let text = '';
    for (let index = 0; index < Math.max(values.length, twins.length); index++) {
      text += writeOne(member, values[index], twins[index], depth);
    }
    return text;
  };

  const writeObject = (name: string, value: unknown, shape: Shape, depth: number, namespace = ''): string => {
    if (!isJsonObject(value)) throw unwritable(`${name} is not an object`);
    let attributes = namespace;
    const members = new Set<Member>();
    for (const key in value) {
      const member = shape.get(key) ?? (key.startsWith('_') ? shape.get(key.slice(1)) : undefined);
      // Of a resource its name in XML; ExampleScenario has an element of the same name.
      if (member === undefined && key === 'resourceType') continue;
      if (member === undefined) throw unwritable(`${name} has an element that is not of R4`);
      if (member.isAttribute) attributes += ` ${key}="${writtenValue(value[key], key)}"`;
      else members.add(member);
    }
    const sorted = [...members].sort((one, other) => one.order - other.order);
    return element(name, attributes, sorted.map(member => writeMember(member, value, depth + 1)).join(''), depth);
  };

  const writeResource = (resource: unknown, depth: number, namespace = ''): string => {
    const type = isJsonObject(resource) ? String(resource.resourceType) : '';
    const shape = shapes.isResourceType(type) ? shapes.ofType(type) : undefined;
    if (shape === undefined) throw unwritable('it is not a resource of R4');
    return writeObject(type, resource, shape, depth, namespace);
  };
  return writeResource;
};

/**
 * The XML text of a resource that is there as JSON text: elements in the order of their definitions, numbers as they are written,
 * narrative as it is.
 * https://hl7.org/fhir/R4/xml.html
 * @throws {FhirError} 406 `accept-not-served` for what XML cannot hold, such as most control characters
 */
export const writeXml = (shapes: ElementShapes, text: string, isPretty: boolean): string => {
  const written = createWriter(shapes, isPretty)(parseExact(text), 0, ` xmlns="${FHIR_NAMESPACE}"`);
  return `<?xml version="1.0" encoding="UTF-8"?>${written}`;
};
