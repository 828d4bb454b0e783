import type { FhirError } from '../fhir/fhir-error.ts';
import { XHTML_NAMESPACE } from './namespaces.ts';
import { createXmlCursor } from './xml-cursor.ts';

/** HTML's names of the characters from U+00A0 to U+00FF, in their order. https://www.w3.org/TR/xhtml1/dtds.html#h-A2 */
const LATIN =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot ' +
  'cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml ' +
  'Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig ' +
  'agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ' +
  'ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml';

const OTHERS: Readonly<Record<string, number>> = {
  OElig: 338,
  oelig: 339,
  Scaron: 352,
  scaron: 353,
  Yuml: 376,
  fnof: 402,
  circ: 710,
  tilde: 732,
  ensp: 8194,
  emsp: 8195,
  thinsp: 8201,
  zwnj: 8204,
  zwj: 8205,
  lrm: 8206,
  rlm: 8207,
  ndash: 8211,
  mdash: 8212,
  lsquo: 8216,
  rsquo: 8217,
  sbquo: 8218,
  ldquo: 8220,
  rdquo: 8221,
  bdquo: 8222,
  dagger: 8224,
  Dagger: 8225,
  bull: 8226,
  hellip: 8230,
  permil: 8240,
  prime: 8242,
  Prime: 8243,
  lsaquo: 8249,
  rsaquo: 8250,
  euro: 8364,
  trade: 8482,
  larr: 8592,
  uarr: 8593,
  rarr: 8594,
  darr: 8595,
  harr: 8596,
  part: 8706,
  prod: 8719,
  sum: 8721,
  minus: 8722,
  radic: 8730,
  infin: 8734,
  asymp: 8776,
  ne: 8800,
  equiv: 8801,
  le: 8804,
  ge: 8805,
  alpha: 945,
  beta: 946,
  gamma: 947,
  delta: 948,
  epsilon: 949,
  lambda: 955,
  mu: 956,
  pi: 960,
  sigma: 963,
  tau: 964,
  phi: 966,
  omega: 969,
  Delta: 916,
  Sigma: 931,
  Omega: 937,
};

const CODES: ReadonlyMap<string, number> = new Map([
  ...LATIN.split(' ').map((name, index) => [name, 160 + index] as const),
  ...Object.entries(OTHERS),
]);
const NAMED = /&([A-Za-z][A-Za-z0-9]*);/g;
/** Levels of elements that a narrative may have to be written. */
const MOST_DEPTH = 1000;

/**
 * A narrative as it can stand in XML: as it is, but for HTML's names of characters, which XML has numbers for. Undefined where it is
 * no single well-formed element.
 */
export const xhtmlToXml = (xhtml: string): string | undefined => {
  const div = xhtml.trim();
  const text = div.includes('&')
    ? div.replace(NAMED, (entity, name: string) => (CODES.has(name) ? `&#${CODES.get(name)};` : entity))
    : div;
  try {
    const cursor = createXmlCursor(text, MOST_DEPTH);
    const start = cursor.next();
    const isWhole = start?.name === 'div' && start.namespace === XHTML_NAMESPACE && cursor.pass() === text.length;
    return isWhole && text.startsWith('<div') ? text : undefined;
  } catch (error) {
    if ((error as FhirError).name !== 'FhirError') throw error;
    return undefined;
  }
};
