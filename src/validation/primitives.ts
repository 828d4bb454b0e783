import { isDate, isDateTime, isInstant, isTime } from './calendar.ts';
import { SLOTS, slotOf } from './recent-text.ts';
import { isXhtml } from './xhtml.ts';

/** A primitive data type: its JSON type, what its values look like, and words for a message. */
export interface Primitive {
  readonly json: 'string' | 'number' | 'boolean';
  holds(value: never): boolean;
  /** Continues "is not a valid date: a date is ...". */
  readonly form: string;
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

const LONGEST_REMEMBERED = 200;
const recentUris: string[] = Array(SLOTS).fill('');

function isUri(value: string): boolean {
  const { length } = value;
  if (length > LONGEST_REMEMBERED) return length <= LONGEST_STRING && isWithoutSpaces(value);
  const slot = slotOf(value);
  if (recentUris[slot] === value) return length > 0;
  if (!isWithoutSpaces(value)) return false;
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

const anyUri = 'text without spaces, not empty, such as http://example.org/codes or urn:uuid:...';

/** The primitive data types of R4. https://hl7.org/fhir/R4/datatypes.html#primitive */
export const primitives: Readonly<Record<string, Primitive>> = {
  boolean: { json: 'boolean', holds: () => true, form: 'true or false, without quotes' },
  integer: { json: 'number', holds: isWhole(-2147483648), form: 'a whole number between -2147483648 and 2147483647' },
  unsignedInt: { json: 'number', holds: isWhole(0), form: 'a whole number between 0 and 2147483647' },
  positiveInt: { json: 'number', holds: isWhole(1), form: 'a whole number between 1 and 2147483647' },
  decimal: { json: 'number', holds: Number.isFinite, form: 'a number, without quotes' },
  string: { json: 'string', holds: isText, form: 'text of 1 to 1,048,576 characters without control characters' },
  markdown: { json: 'string', holds: isText, form: 'text of 1 to 1,048,576 characters without control characters' },
  code: {
    json: 'string',
    holds: (value: string) => isWithoutSpaces(value) || spacedCode.test(value),
    form: 'text without spaces at its ends and without two spaces in a row',
  },
  id: { json: 'string', holds: matches(/^[A-Za-z0-9\-.]{1,64}$/), form: '1 to 64 of the characters A-Z a-z 0-9 - .' },
  uri: { json: 'string', holds: isUri, form: anyUri },
  url: { json: 'string', holds: isUri, form: anyUri },
  canonical: { json: 'string', holds: isUri, form: anyUri },
  oid: {
    json: 'string',
    holds: matches(/^urn:oid:[0-2](\.(0|[1-9][0-9]*))+$/),
    form: 'urn:oid: and numbers with dots between, such as urn:oid:2.16.840.1.113883',
  },
  uuid: {
    json: 'string',
    holds: matches(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/),
    form: 'urn:uuid: and a UUID in lower case',
  },
  date: { json: 'string', holds: isDate, form: 'a day of the calendar as YYYY, YYYY-MM or YYYY-MM-DD, without time' },
  dateTime: {
    json: 'string',
    holds: isDateTime,
    form: 'YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with a zone (Z or +03:00), on a day of the calendar',
  },
  instant: {
    json: 'string',
    holds: isInstant,
    form: 'YYYY-MM-DDThh:mm:ss with a zone (Z or +03:00), on a day of the calendar',
  },
  time: { json: 'string', holds: isTime, form: 'hh:mm:ss, from 00:00:00 to 23:59:59, without a zone' },
  base64Binary: { json: 'string', holds: isBase64, form: 'base64 text, its length without spaces a multiple of four' },
  xhtml: {
    json: 'string',
    holds: isXhtml,
    form: 'one <div> of well-formed, basic XHTML with some content; no scripts, forms or event attributes',
  },
};
