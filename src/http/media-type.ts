import type { IncomingHttpHeaders } from 'node:http';
import { refuse } from '../fhir/fhir-error.ts';

/** The Content-Type of every FHIR body that is sent. */
export const FHIR_JSON = 'application/fhir+json; charset=utf-8';

const FHIR_TYPE = 'application/fhir+json';

/** What may stand in Accept, Content-Type and `_format` for the JSON that this server speaks. */
const JSON_TYPES = new Set([FHIR_TYPE, 'application/json', 'text/json', 'json']);
const FORM = /^application\/x-www-form-urlencoded\s*(;|$)/i;
const ANY = new Set(['*/*', 'application/*']);

const VERSION = /^"?4\.0(\.\d+)?"?$/;
const UTF_8 = /^"?utf-?8"?$/i;
const REFUSED = /^0(\.0*)?$/;

/** What one range of an Accept header is to an answer in FHIR JSON: it asks for it, refuses it, or is about something else. */
const servedAs = (range: string): 'named' | 'any' | 'refused' | 'other' => {
  const [type = '', ...parameters] = range.split(';');
  const name = type.trim().toLowerCase();
  if (!JSON_TYPES.has(name) && !ANY.has(name)) return 'other';
  let isRefused = false;
  for (const parameter of parameters) {
    const [key = '', value = ''] = parameter.split('=').map(part => part.trim());
    if (key.toLowerCase() === 'fhirversion' && !VERSION.test(value)) return 'other';
    if (key.toLowerCase() === 'q') isRefused = REFUSED.test(value);
  }
  if (isRefused) return name === FHIR_TYPE ? 'refused' : 'other';
  return ANY.has(name) ? 'any' : 'named';
};

/** A type that is refused by name is not let in again by a wildcard. */
const serves = (header: string): boolean => {
  const ranges = header.split(',').map(servedAs);
  return ranges.includes('named') || (ranges.includes('any') && !ranges.includes('refused'));
};

/** Accept headers seen before; clients send a handful of different ones. */
const judged = new Map<string, boolean>();

const accepts = (header: string): boolean => {
  let answer = judged.get(header);
  if (answer === undefined) {
    answer = serves(header);
    if (judged.size < 1000) judged.set(header, answer);
  }
  return answer;
};

/** The media type of a Content-Type, in small letters and without parameters. */
const nameOf = (contentType: string): string => contentType.split(';', 1)[0]!.trim().toLowerCase();

const names = (header: string, mediaType: string): boolean =>
  header.split(',').some(range => nameOf(range) === mediaType);

/**
 * Lets a request pass if its client takes FHIR JSON, or `mediaType` where the answer is of another type. `_format` goes before Accept;
 * without either anything is taken. https://hl7.org/fhir/R4/http.html#mime-type
 * @throws {FhirError} 406
 */
export const requireAcceptable = (accept?: string, format?: string, mediaType?: string): void => {
  // In a query, the plus of application/fhir+json arrives as a blank unless it was encoded.
  const asked = format === undefined ? accept : format.replace(' ', '+');
  if (asked === undefined || asked === '' || accepts(asked)) return;
  if (mediaType !== undefined && names(asked, mediaType)) return;
  throw refuse('accept-not-served', 'Only FHIR R4 as JSON is served. Ask for application/fhir+json.');
};

/** Whether the parameters of a Content-Type say UTF-8, or nothing, of the character set, and R4, or nothing, of the version. */
const isReadable = (contentType: string): boolean =>
  contentType
    .split(';')
    .slice(1)
    .every(parameter => {
      const [key = '', value = ''] = parameter.split('=').map(part => part.trim());
      const name = key.toLowerCase();
      return name === 'charset' ? UTF_8.test(value) : name !== 'fhirversion' || VERSION.test(value);
    });

/** Content-Type headers seen before. */
const readable = new Map<string, boolean>();

/** @throws {FhirError} 415 for another character set, or another FHIR version */
const requireReadable = (contentType: string): void => {
  let answer = readable.get(contentType);
  if (answer === undefined) {
    answer = isReadable(contentType);
    if (readable.size < 1000) readable.set(contentType, answer);
  }
  if (answer) return;
  throw refuse('content-type-not-served', 'Send FHIR R4 (fhirVersion=4.0), in UTF-8 and no other character set.');
};

/**
 * Lets a body pass if it is of the one type that its path takes, FHIR JSON or a form.
 * @throws {FhirError} 415
 */
export const requireContentType = (headers: IncomingHttpHeaders, expected: 'json' | 'form'): void => {
  const { 'content-type': contentType = '' } = headers;
  const isForm = FORM.test(contentType);
  requireReadable(contentType);
  if (isForm === (expected === 'form') && (isForm || accepts(contentType))) return;
  throw refuse(
    'content-type-not-served',
    expected === 'form'
      ? 'Send the search parameters as application/x-www-form-urlencoded.'
      : 'Send FHIR R4 as JSON, with Content-Type: application/fhir+json.',
  );
};

/**
 * The media type of a patch, if it is one of `formats`.
 * @throws {FhirError} 415 with the formats, as the header Accept-Patch has them (https://www.rfc-editor.org/rfc/rfc5789#section-3.1)
 */
export const requirePatchType = (headers: IncomingHttpHeaders, formats: ReadonlySet<string>): string => {
  const { 'content-type': contentType = '' } = headers;
  const mediaType = nameOf(contentType);
  requireReadable(contentType);
  if (formats.has(mediaType)) return mediaType;
  throw refuse(
    'content-type-not-served',
    `Send the patch with one of these as Content-Type: ${[...formats].join(', ')}.`,
    { headers: { 'accept-patch': [...formats].join(', ') } },
  );
};
