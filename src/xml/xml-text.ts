/** What XML 1.0 can hold neither as it is nor as a reference. https://www.w3.org/TR/xml/#charsets */
const UNWRITABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const REFERENCE = /&(?:([A-Za-z][A-Za-z0-9]*)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));|&/g;
const ESCAPED = /[&<"\t\n\r]/g;
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Whether a text has characters only that XML can hold. */
export const isXmlText = (text: string): boolean => !UNWRITABLE.test(text);

/** The character that a reference stands for; undefined for one that stands for none. Entities are XML's own five only. */
const characterOf = (name?: string, decimal?: string, hexadecimal?: string): string | undefined => {
  if (name !== undefined) return NAMED[name];
  const code = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal);
  if (!(code <= 0x10ffff)) return undefined;
  const character = String.fromCodePoint(code);
  return isXmlText(character) ? character : undefined;
};

/** Index of the first reference in a text that stands for no character; -1 where there is none. */
export const wrongReference = (text: string): number => {
  if (!text.includes('&')) return -1;
  for (const { 1: name, 2: decimal, 3: hexadecimal, index } of text.matchAll(REFERENCE)) {
    if (characterOf(name, decimal, hexadecimal) === undefined) return index;
  }
  return -1;
};

/** The value of an attribute as it is written, whose references all stand for characters. https://www.w3.org/TR/xml/#AVNormalize */
export const attributeValue = (written: string): string => {
  const normal = /[\t\n\r]/.test(written) ? written.replace(/\r\n|[\t\n\r]/g, ' ') : written;
  if (!normal.includes('&')) return normal;
  return normal.replace(
    REFERENCE,
    (_reference, name?: string, decimal?: string, hexadecimal?: string) => characterOf(name, decimal, hexadecimal)!,
  );
};

/** A text as it stands between the double quotes of an attribute, blanks and all. */
export const escapeAttribute = (text: string): string => text.replace(ESCAPED, character => ESCAPES[character]!);
