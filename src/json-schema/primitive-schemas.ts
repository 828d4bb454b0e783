import type { JsonSchema } from './json-schema.ts';

const DAY = '-(0[1-9]|[12][0-9]|3[01])';
const MONTH = '-(0[1-9]|1[0-2])';
const YEAR = '([0-9]([0-9]([0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)';
const TIME = '([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]+)?';
const ZONE = '(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))';

const text = (pattern: string): JsonSchema => ({ type: 'string', pattern });
const whole = (minimum: number): JsonSchema => ({ type: 'integer', minimum, maximum: 2147483647 });

// White space is told by code points, since \s and \S mean more in some languages than the specification does.
const ANY_TEXT = text('^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]+$');
const URI = text('^[^\\x00-\\x20]+$');

/**
 * The primitive data types of R4. Each takes at least what the validator takes: that a day is in the calendar, that base64 is whole and
 * that XHTML is safe cannot be said by a regular expression. The patterns are written in what the regular expressions of JavaScript (with and
 * without flag `u`), Java, .NET, Python and Go have in common. https://hl7.org/fhir/R4/datatypes.html#primitive
 */
export const primitiveSchemas: Readonly<Record<string, JsonSchema>> = {
  boolean: { type: 'boolean' },
  integer: whole(-2147483648),
  unsignedInt: whole(0),
  positiveInt: whole(1),
  decimal: { type: 'number' },
  string: ANY_TEXT,
  markdown: ANY_TEXT,
  code: text('^[^\\t-\\r ]+([\\t-\\r ][^\\t-\\r ]+)*$'),
  id: text('^[A-Za-z0-9.-]{1,64}$'),
  uri: URI,
  url: URI,
  canonical: URI,
  oid: text('^urn:oid:[0-2](\\.(0|[1-9][0-9]*))+$'),
  uuid: text('^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'),
  date: text(`^${YEAR}(${MONTH}(${DAY})?)?$`),
  dateTime: text(`^${YEAR}(${MONTH}(${DAY}(T${TIME}${ZONE})?)?)?$`),
  instant: text(`^${YEAR}${MONTH}${DAY}T${TIME}${ZONE}$`),
  time: text(`^${TIME}$`),
  base64Binary: text('^[A-Za-z0-9+/=\\t-\\r ]+$'),
  xhtml: text('<div'),
};
