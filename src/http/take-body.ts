import { LARGE, type ValidationProcesses } from '../interactions/validation-processes.ts';
import type { XmlForm } from '../xml/xml-form.ts';
import { binaryOf } from './binary-content.ts';
import { bodyTooLarge } from './body-too-large.ts';
import { bodyOf, type FhirRequest } from './fhir-request.ts';
import { contentTypeOf, type Format, requireContentType } from './media-type.ts';

/** How the body of a request is meant, and what it may be. */
export interface TakeBodyOptions {
  formats: ReadonlySet<Format>;
  xml: XmlForm;
  /** Translate what is large. */
  processes: ValidationProcesses;
  /** Of the body as JSON, in bytes. */
  limit: number;
  /** Whether a body that is no FHIR is the content of a Binary. */
  isContent: boolean;
}

/**
 * Has the body of a request be JSON from here on: XML is translated, and content becomes a Binary. No body is left as it is.
 * @throws {FhirError} 400 for XML that is no resource, 413 for what is too large as JSON, 415
 */
export const takeBody = async (
  request: FhirRequest,
  { formats, xml, processes, limit, isContent }: TakeBodyOptions,
): Promise<void> => {
  const body = bodyOf(request);
  if (body.length === 0) return;
  const contentType = isContent ? contentTypeOf(request.headers, formats) : undefined;
  if (contentType !== undefined) {
    request.body = binaryOf(body, { contentType, id: request.params.id, headers: request.headers });
  } else if (requireContentType(request.headers, formats) === 'json') return;
  else {
    const text = body.length < LARGE ? xml.read(body) : await processes.run('readXml', { body });
    request.body = Buffer.from(text);
  }
  if (bodyOf(request).length > limit) throw bodyTooLarge();
};
