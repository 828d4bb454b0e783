import type { ValueSetComposeIncludeFilter } from 'fhir/r4.js';
import { canonicalQuantity, isUcumUnit, UCUM } from '../fhir/ucum.ts';
import { intlName } from './intl-name.ts';
import { judgeLanguageTag } from './language-tag.ts';

type Verdict = 'yes' | 'no' | 'unknown';

/** A code system whose codes follow from a grammar, or that the JavaScript engine knows: judged, but never listed. */
export interface GrammarSystem {
  readonly name: string;
  judge(code: string): Verdict;
  /** What people call a code that the system has. */
  display?(code: string): string | undefined;
  /** How a filter judges a code that the system has; undefined where the filter is not known. */
  filter?(filter: ValueSetComposeIncludeFilter): ((code: string) => boolean) | undefined;
}

const RESTRICTED_NAME = '[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}';
const PARAMETER = `\\s*;\\s*${RESTRICTED_NAME}=(?:"[^"]*"|[^\\s;"]+)`;
const MEDIA_TYPE = new RegExp(`^${RESTRICTED_NAME}/${RESTRICTED_NAME}(?:${PARAMETER})*$`);
/** Short forms that FHIR itself uses where a format is named, in `_format` and in CapabilityStatement.format. */
const FORMAT_NAMES = new Set(['json', 'xml', 'ttl', 'html']);

const CURRENCY_CODE = /^[A-Z]{3}$/;

const isTimeZone = (code: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: code });
    return true;
  } catch {
    return false;
  }
};

const judgeBy =
  (isCode: (code: string) => boolean): GrammarSystem['judge'] =>
  code =>
    isCode(code) ? 'yes' : 'no';

/** Two letters; those of three, numbers and parts of countries are not known. */
const judgeCountry = (code: string): Verdict => {
  if (!/^[A-Z]{2}$/.test(code)) return 'unknown';
  return intlName('region', code) !== undefined && new Intl.Locale(`und-${code}`).region === code ? 'yes' : 'no';
};

/** R4 has all units of time as those whose canonical unit is a year, and all of length as those of a metre. */
const unitsLike: NonNullable<GrammarSystem['filter']> = ({ property, op, value }) => {
  const canonical = property === 'canonical' && op === '=' ? canonicalQuantity(1, value) : undefined;
  return canonical && (code => canonicalQuantity(1, code)?.code === canonical.code);
};

const GRAMMARS: Readonly<Record<string, GrammarSystem>> = {
  'urn:ietf:bcp:13': {
    name: 'MIME types (BCP 13)',
    judge: judgeBy(code => MEDIA_TYPE.test(code) || FORMAT_NAMES.has(code)),
  },
  'urn:ietf:bcp:47': {
    name: 'Languages (BCP 47)',
    judge: judgeLanguageTag,
    display: code => intlName('language', code),
  },
  'urn:iso:std:iso:4217': {
    name: 'Currencies (ISO 4217)',
    display: code => intlName('currency', code),
    judge: judgeBy(code => CURRENCY_CODE.test(code) && intlName('currency', code) !== undefined),
  },
  'urn:iso:std:iso:3166': {
    name: 'Countries (ISO 3166)',
    judge: judgeCountry,
    display: code => intlName('region', code),
  },
  'urn:ietf:rfc:3986': { name: 'URIs (RFC 3986)', judge: judgeBy(code => /^\S+$/.test(code)) },
  'https://www.iana.org/time-zones': { name: 'Time zones (IANA)', judge: judgeBy(isTimeZone) },
  [UCUM]: { name: 'Units (UCUM)', judge: judgeBy(isUcumUnit), filter: unitsLike },
};

/** MIME types (BCP 13), languages (BCP 47), currencies (ISO 4217), countries (ISO 3166), URIs, time zones and UCUM units; otherwise undefined. */
export const grammarOf = (system: string): GrammarSystem | undefined =>
  Object.hasOwn(GRAMMARS, system) ? GRAMMARS[system] : undefined;
