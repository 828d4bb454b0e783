import type { Definitions } from '../definitions/definitions.ts';
import { createElementShapes } from './element-shapes.ts';
import { readXml } from './read-xml.ts';
import { writeXml } from './write-xml.ts';

/** Resources as XML, for a server that works on JSON. */
export interface XmlForm {
  /** The JSON text of a resource that came as XML. @throws {FhirError} 400 */
  read(body: Uint8Array): string;
  /** The XML text of a resource that is there as JSON text. @throws {FhirError} 406 for what XML cannot hold */
  write(text: string, isPretty: boolean): string;
}

/** Translates by what `definitions` say; elements are read as deep as `maxDepth`. https://hl7.org/fhir/R4/xml.html */
export const createXmlForm = (definitions: Definitions, maxDepth: number): XmlForm => {
  const shapes = createElementShapes(definitions);
  return {
    read: body => readXml(shapes, Buffer.from(body.buffer, body.byteOffset, body.byteLength), maxDepth),
    write: (text, isPretty) => writeXml(shapes, text, isPretty),
  };
};
