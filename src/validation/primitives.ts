import { isDate, isDateTime, isInstant, isTime } from './calendar.ts';
import { SLOTS, slotOf } from './recent-text.ts';
import { isXhtml } from './xhtml.ts';

/** A primitive data type: its JSON type, what its values look like, and words for a message. */
export interface Primitive {
  readonly json: 'string' | 'number' | 'boolean';
  holds(value: never): boolean;
  /** Continues "is not a valid date: a date is ...". */
  readonly form: string;
  /** What makes a valid value look like a mistake, for a warning; undefined where nothing does. */
  suspicion?(value: never): string | undefined;
}

const LONGEST_STRING = 1024 * 1024;

// Control characters other than tab, line feed and carriage return have no place in a FHIR string (nor in XML).
const controlCharacter = /[^ -\uffff\t\n\r]/;

// A loop is faster than a regular expression on the short texts that most are.
const SHORT = 40;

function isText(value: string): boolean {
  const { length } = value;
  if (length > SHORT) return length <= LONGEST_STRING && !controlCharacter.test(value);
  for (let index = 0; index < length; index++) {
    const code = value.charCodeAt(index);
    if (code < 32 && code !== 9 && code !== 10 && code !== 13) return false;
  }
  return length > 0;
}

const space = /[^!-\uffff]/;

function isWithoutSpaces(value: string): boolean {
  const { length } = value;
  if (length > SHORT) return !space.test(value);
  for (let index = 0; index < length; index++) if (value.charCodeAt(index) <= 32) return false;
  return length > 0;
}

const anyUuid = /^urn:uuid:[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}(?:[#|].*)?$/;
const oid = /^urn:oid:[0-2](\.(0|[1-9][0-9]*))+$/;

/** UUIDs and OIDs have a scheme of their own, `urn:`, and are whole. */
function isWholeUrn(value: string): boolean {
  if (value.startsWith('urn:uuid:')) return anyUuid.test(value);
  if (value.startsWith('urn:oid:')) return oid.test(value);
  return !value.startsWith('uuid:') && !value.startsWith('oid:');
}

const LETTER_O = 111;
const LETTER_U = 117;

function isUriText(value: string): boolean {
  if (!isWithoutSpaces(value)) return false;
  const first = value.charCodeAt(0);
  return (first !== LETTER_U && first !== LETTER_O) || isWholeUrn(value);
}

const LONGEST_REMEMBERED = 200;
const recentUris: string[] = Array(SLOTS).fill('');

function isUri(value: string): boolean {
  const { length } = value;
  if (length > LONGEST_REMEMBERED) return length <= LONGEST_STRING && isUriText(value);
  const slot = slotOf(value);
  if (recentUris[slot] === value) return length > 0;
  if (!isUriText(value)) return false;
  recentUris[slot] = value;
  return true;
}

// `\s` of the specification's regular expressions is the ASCII one.
const spacedCode = /^[^ \t\n\r\f\v]+([ \t\n\r\f\v][^ \t\n\r\f\v]+)*$/;

/** Any run of whitespace between groups of four is allowed; padding stands at the end only. */
function isBase64(value: string): boolean {
  let symbols = 0;
  let padding = 0;
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code === 61) padding++;
    else if (code === 32 || (code >= 9 && code <= 13)) continue;
    else if (
      padding > 0 ||
      !(
        (code >= 65 && code <= 90) ||
        (code >= 97 && code <= 122) ||
        (code >= 48 && code <= 57) ||
        code === 43 ||
        code === 47
      )
    )
      return false;
    symbols++;
  }
  return symbols > 0 && symbols % 4 === 0 && padding <= 2;
}

const matches = (pattern: RegExp) => (value: string) => pattern.test(value);

const isWhole = (least: number) => (value: number) => Number.isInteger(value) && value >= least && value <= 2147483647;

const anyUri =
  'text without spaces, not empty, such as http://example.org/codes, or urn:uuid: and a whole UUID, or urn:oid: and an OID';

const ends = /^[ \t\n\r]|[ \t\n\r]$/;

function suspectText(value: string): string | undefined {
  if (value.trim() === '') return 'The text is only white space. Leave the element out, or give it content.';
  return ends.test(value) ? 'The text begins or ends with white space. Remove it there.' : undefined;
}

const FIRST_YEAR = 1800;
const LAST_YEAR = 2200;

function suspectYear(value: string): string | undefined {
  const year = Number(value.slice(0, 4));
  return year < FIRST_YEAR || year > LAST_YEAR
    ? `The year is not between ${FIRST_YEAR} and ${LAST_YEAR}. Look whether it was meant.`
    : undefined;
}

const suspectBase64 = (value: string): string | undefined =>
  /\s/.test(value) ? 'The base64 text has white space in it, which some readers refuse. Write it without.' : undefined;

const suspectCanonical = (value: string): string | undefined =>
  value.startsWith('#') || value.includes(':')
    ? undefined
    : 'A canonical is the whole URL of what it names, such as http://example.org/fhir/Questionnaire/q1. Write it whole.';

/** The primitive data types of R4. https://hl7.org/fhir/R4/datatypes.html#primitive */
export const primitives: Readonly<Record<string, Primitive>> = {
  boolean: { json: 'boolean', holds: () => true, form: 'true or false, without quotes' },
  integer: { json: 'number', holds: isWhole(-2147483648), form: 'a whole number between -2147483648 and 2147483647' },
  unsignedInt: { json: 'number', holds: isWhole(0), form: 'a whole number between 0 and 2147483647' },
  positiveInt: { json: 'number', holds: isWhole(1), form: 'a whole number between 1 and 2147483647' },
  decimal: { json: 'number', holds: Number.isFinite, form: 'a number, without quotes' },
  string: {
    json: 'string',
    holds: isText,
    form: 'text of 1 to 1,048,576 characters without control characters',
    suspicion: suspectText,
  },
  markdown: { json: 'string', holds: isText, form: 'text of 1 to 1,048,576 characters without control characters' },
  code: {
    json: 'string',
    holds: (value: string) => isWithoutSpaces(value) || spacedCode.test(value),
    form: 'text without spaces at its ends and without two spaces in a row',
  },
  id: { json: 'string', holds: matches(/^[A-Za-z0-9\-.]{1,64}$/), form: '1 to 64 of the characters A-Z a-z 0-9 - .' },
  uri: { json: 'string', holds: isUri, form: anyUri },
  url: { json: 'string', holds: isUri, form: anyUri },
  canonical: { json: 'string', holds: isUri, form: anyUri, suspicion: suspectCanonical },
  oid: {
    json: 'string',
    holds: matches(oid),
    form: 'urn:oid: and numbers with dots between, such as urn:oid:2.16.840.1.113883',
  },
  uuid: {
    json: 'string',
    holds: matches(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/),
    form: 'urn:uuid: and a UUID in lower case',
  },
  date: {
    json: 'string',
    holds: isDate,
    form: 'a day of the calendar as YYYY, YYYY-MM or YYYY-MM-DD, without time',
    suspicion: suspectYear,
  },
  dateTime: {
    json: 'string',
    holds: isDateTime,
    form: 'YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with a zone (Z or +03:00), on a day of the calendar',
    suspicion: suspectYear,
  },
  instant: {
    json: 'string',
    holds: isInstant,
    form: 'YYYY-MM-DDThh:mm:ss with a zone (Z or +03:00), on a day of the calendar',
    suspicion: suspectYear,
  },
  time: { json: 'string', holds: isTime, form: 'hh:mm:ss, from 00:00:00 to 23:59:59, without a zone' },
  base64Binary: {
    json: 'string',
    holds: isBase64,
    form: 'base64 text, its length without spaces a multiple of four',
    suspicion: suspectBase64,
  },
  xhtml: {
    json: 'string',
    holds: isXhtml,
    form: 'one <div xmlns="http://www.w3.org/1999/xhtml"> of well-formed, basic XHTML with some content; no scripts, forms or event attributes',
  },
};
