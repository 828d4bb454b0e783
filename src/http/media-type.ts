import type { IncomingHttpHeaders } from 'node:http';
import { refuse } from '../fhir/fhir-error.ts';
import { JSON_OPENHIM } from './openhim-answer.ts';

/** The Content-Type of a FHIR body in JSON, and in XML. */
export const FHIR_JSON = 'application/fhir+json; charset=utf-8';
export const FHIR_XML = 'application/fhir+xml; charset=utf-8';

/** The two forms of resources that this server speaks. */
export type Format = 'json' | 'xml';

const FHIR_TYPES: Readonly<Record<Format, string>> = { json: 'application/fhir+json', xml: 'application/fhir+xml' };

/** What may stand in Accept, Content-Type and `_format` for each of them. */
const FORMATS: ReadonlyMap<string, Format> = new Map([
  ...[FHIR_TYPES.json, 'application/json', JSON_OPENHIM, 'text/json', 'json'].map(name => [name, 'json'] as const),
  ...[FHIR_TYPES.xml, 'application/xml', 'text/xml', 'xml'].map(name => [name, 'xml'] as const),
]);
const FORM = /^application\/x-www-form-urlencoded\s*(;|$)/i;
const ANY = new Set(['*/*', 'application/*']);

const VERSION = /^"?4\.0(\.\d+)?"?$/;
const UTF_8 = /^"?utf-?8"?$/i;
const QUALITY = /^(?:0(?:\.\d*)?|1(?:\.0*)?)$/;

/** A range of an Accept header: its media type and how much it is wanted, from 0 (refused) to 1. */
interface Range {
  name: string;
  quality: number;
}

/** Undefined for a range that asks for another version of FHIR. */
const rangeOf = (text: string): Range | undefined => {
  const [type = '', ...parameters] = text.split(';');
  let quality = 1;
  for (const parameter of parameters) {
    const [key = '', value = ''] = parameter.split('=').map(part => part.trim());
    if (key.toLowerCase() === 'fhirversion' && !VERSION.test(value)) return undefined;
    if (key.toLowerCase() === 'q' && QUALITY.test(value)) quality = Number(value);
  }
  return { name: type.trim().toLowerCase(), quality };
};

/** A form with how much a header wants it. */
interface Wanted {
  format: Format;
  quality: number;
  isNamed: boolean;
  index: number;
}

/** A form that is refused by its FHIR name is not let in again by a wildcard. */
const wantedAs = (format: Format, ranges: readonly Range[]): Wanted | undefined => {
  const isRefused = ranges.some(({ name, quality }) => name === FHIR_TYPES[format] && quality === 0);
  let best: Wanted | undefined;
  for (const [index, { name, quality }] of ranges.entries()) {
    const isNamed = FORMATS.get(name) === format;
    if (quality === 0 || !(isNamed || (ANY.has(name) && !isRefused))) continue;
    // A name says more of the form than a wildcard does, whatever the wildcard's quality.
    if (best === undefined || (isNamed && !best.isNamed) || (isNamed === best.isNamed && quality > best.quality)) {
      best = { format, quality, isNamed, index };
    }
  }
  return best;
};

/** The forms that a header takes, the one that it wants most first; where it does not say, what is named goes first, then JSON. */
const formatsOf = (header: string): readonly Format[] => {
  const ranges = header.split(',').flatMap(text => rangeOf(text) ?? []);
  const wanted = (['json', 'xml'] as const).flatMap(format => wantedAs(format, ranges) ?? []);
  wanted.sort(
    (one, other) =>
      other.quality - one.quality || Number(other.isNamed) - Number(one.isNamed) || one.index - other.index,
  );
  return wanted.map(({ format }) => format);
};

/** Headers seen before; clients send a handful of different ones. */
const judged = new Map<string, readonly Format[]>();

/** The form that a header wants most of those that are offered. */
const accepted = (header: string, offered: ReadonlySet<Format>): Format | undefined => {
  let answer = judged.get(header);
  if (answer === undefined) {
    answer = formatsOf(header);
    if (judged.size < 1000) judged.set(header, answer);
  }
  for (const format of answer) if (offered.has(format)) return format;
  return undefined;
};

/** The media type of a Content-Type, in small letters and without parameters. */
const nameOf = (contentType: string): string => contentType.split(';', 1)[0]!.trim().toLowerCase();

const names = (header: string, mediaType: string): boolean =>
  header.split(',').some(range => nameOf(range) === mediaType);

/** What a client asks to be answered with: `_format` goes before Accept. */
const askedFor = (accept?: string, format?: string): string | undefined =>
  // In a query, the plus of application/fhir+json arrives as a blank unless it was encoded.
  format === undefined ? accept : format.replace(' ', '+');

/** The form of an answer that must be given whatever was asked for: JSON, unless another form that is offered is wanted more. */
export const answerFormat = (offered: ReadonlySet<Format>, accept?: string, format?: string): Format => {
  const asked = askedFor(accept, format);
  return asked === undefined ? 'json' : (accepted(asked, offered) ?? 'json');
};

/** Whether a client asks for a form of FHIR by its own name, and not for whatever there is. https://hl7.org/fhir/R4/binary.html#rest */
export const namesFhir = (accept = '', format?: string): boolean =>
  format !== undefined || (accept.includes('fhir+') && formatsOf(accept).some(each => names(accept, FHIR_TYPES[each])));

/** Whether a client takes content of a media type, which need not be FHIR's. */
export const takesContent = (mediaType: string, accept?: string): boolean => {
  if (accept === undefined || accept.trim() === '') return true;
  const name = nameOf(mediaType);
  const names = new Set([name, `${name.split('/', 1)[0]}/*`, '*/*']);
  return accept.split(',').some(text => {
    const range = rangeOf(text);
    return range !== undefined && range.quality > 0 && names.has(range.name);
  });
};

const JSON_ONLY: ReadonlySet<Format> = new Set(['json']);

const listed = (offered: ReadonlySet<Format>): string => [...offered].map(format => FHIR_TYPES[format]).join(' or ');

/**
 * The form in which a request is answered: the one that its client wants most, or JSON where it takes `mediaType` and the answer is of
 * that, or JSON of its own. Without Accept and `_format` JSON. https://hl7.org/fhir/R4/http.html#mime-type
 * @throws {FhirError} 406
 */
export const requireAcceptable = (
  offered: ReadonlySet<Format>,
  accept?: string,
  format?: string,
  mediaType?: string,
): Format => {
  const asked = askedFor(accept, format);
  if (asked === undefined || asked === '') return 'json';
  const answer = accepted(asked, mediaType === undefined ? offered : JSON_ONLY);
  if (answer !== undefined) return answer;
  if (mediaType !== undefined && names(asked, mediaType)) return 'json';
  throw refuse('accept-not-served', `Only FHIR R4 is served. Ask for ${listed(offered)}.`);
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
 * Lets a body pass if it is a form. https://hl7.org/fhir/R4/http.html#search
 * @throws {FhirError} 415
 */
export const requireForm = (headers: IncomingHttpHeaders): void => {
  const { 'content-type': contentType = '' } = headers;
  requireReadable(contentType);
  if (FORM.test(contentType)) return;
  throw refuse('content-type-not-served', 'Send the search parameters as application/x-www-form-urlencoded.');
};

/**
 * The form of a body that is a resource.
 * @throws {FhirError} 415
 */
export const requireContentType = (headers: IncomingHttpHeaders, offered: ReadonlySet<Format>): Format => {
  const { 'content-type': contentType = '' } = headers;
  requireReadable(contentType);
  const format = accepted(contentType, offered);
  if (format !== undefined) return format;
  throw refuse('content-type-not-served', `Send FHIR R4, with Content-Type: ${listed(offered)}.`);
};

/** The media type of a body that is content of a Binary: any but FHIR's own and those of forms. Undefined for these. */
export const contentTypeOf = (headers: IncomingHttpHeaders, offered: ReadonlySet<Format>): string | undefined => {
  const { 'content-type': contentType = '' } = headers;
  const isContent = !FORM.test(contentType) && !/^multipart\//i.test(contentType.trim()) && nameOf(contentType) !== '';
  if (!isContent || accepted(contentType, offered) !== undefined || FORMATS.has(nameOf(contentType))) return undefined;
  return contentType.trim();
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
