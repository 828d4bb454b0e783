type Verdict = 'yes' | 'no' | 'unknown';

const RESTRICTED_NAME = '[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}';
const PARAMETER = `\\s*;\\s*${RESTRICTED_NAME}=(?:"[^"]*"|[^\\s;"]+)`;
const MEDIA_TYPE = new RegExp(`^${RESTRICTED_NAME}/${RESTRICTED_NAME}(?:${PARAMETER})*$`);
/** Short forms that FHIR itself uses where a format is named, in `_format` and in CapabilityStatement.format. */
const FORMAT_NAMES = new Set(['json', 'xml', 'ttl', 'html']);

const LANGUAGE_TAG =
  /^(?:(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?(?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*(?:-[a-wyz\d](?:-[a-z\d]{2,8})+)*(?:-x(?:-[a-z\d]{1,8})+)?|x(?:-[a-z\d]{1,8})+|(?:i|sgn|art|cel|en|no|zh)(?:-[a-z\d]{2,8})+)$/i;

const CURRENCY_NAMES = new Intl.DisplayNames('en', { type: 'currency', fallback: 'none' });
const CURRENCY_CODE = /^[A-Z]{3}$/;

const isTimeZone = (code: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: code });
    return true;
  } catch {
    return false;
  }
};

/** Code systems whose codes follow from a grammar, or that the JavaScript engine knows. */
const GRAMMARS: Record<string, (code: string) => Verdict> = {
  'urn:ietf:bcp:13': code => (MEDIA_TYPE.test(code) || FORMAT_NAMES.has(code) ? 'yes' : 'no'),
  'urn:ietf:bcp:47': code => (LANGUAGE_TAG.test(code) ? 'yes' : 'no'),
  'urn:iso:std:iso:4217': code => (CURRENCY_CODE.test(code) && CURRENCY_NAMES.of(code) !== undefined ? 'yes' : 'no'),
  'urn:ietf:rfc:3986': code => (/^\S+$/.test(code) ? 'yes' : 'no'),
  'https://www.iana.org/time-zones': code => (isTimeZone(code) ? 'yes' : 'no'),
  // UCUM units are built of some 300 atoms with prefixes; here only what no unit may contain is known.
  'http://unitsofmeasure.org': code => (/^[\x21-\x7e]+$/.test(code) ? 'unknown' : 'no'),
};

/** Judges codes of MIME types (BCP 13), languages (BCP 47), currencies (ISO 4217), URIs, time zones, UCUM; otherwise undefined. */
export const grammarOf = (system: string): ((code: string) => Verdict) | undefined => GRAMMARS[system];
