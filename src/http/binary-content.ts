import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { isJsonObject, type JsonObject } from '../fhir/resource.ts';

/** Bytes that are answered as they are, with the headers that go along. */
export interface Content {
  bytes: Buffer;
  mediaType: string;
  headers: OutgoingHttpHeaders;
}

const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?: *; *[\w!#$&^.+-]+=(?:[\w!#$&^.+-]+|"[\w !#$&^.+/:-]*"))*$/;
const REFERENCE = /^[\x21-\x7e]{1,1024}$/;

/**
 * The Binary resource, as JSON, of content that was sent as it is. A reference in X-Security-Context becomes its security context.
 * https://hl7.org/fhir/R4/binary.html#rest
 */
export const binaryOf = (
  bytes: Buffer,
  { contentType, id, headers }: { contentType: string; id?: string | undefined; headers: IncomingHttpHeaders },
): Buffer => {
  const { 'x-security-context': context } = headers;
  const binary: JsonObject = {
    resourceType: 'Binary',
    ...(id === undefined ? {} : { id }),
    contentType,
    ...(context === undefined ? {} : { securityContext: { reference: String(context) } }),
    data: bytes.toString('base64'),
  };
  return Buffer.from(JSON.stringify(binary));
};

/**
 * The content of a Binary, as JSON text, in a way that no browser runs it: under the media type that it was stored with and no
 * other, as a file to keep, with nothing allowed in it.
 */
export const contentOf = (text: string): Content => {
  const { id, contentType, securityContext, data } = JSON.parse(text) as JsonObject;
  const reference = isJsonObject(securityContext) ? securityContext.reference : undefined;
  return {
    bytes: Buffer.from(typeof data === 'string' ? data : '', 'base64'),
    mediaType: MEDIA_TYPE.test(String(contentType)) ? String(contentType) : 'application/octet-stream',
    headers: {
      'x-content-type-options': 'nosniff',
      // An id has letters, digits, - and points only.
      'content-disposition': `attachment; filename="${id}"`,
      'content-security-policy': "default-src 'none'; sandbox",
      ...(typeof reference === 'string' && REFERENCE.test(reference) ? { 'x-security-context': reference } : {}),
    },
  };
};
