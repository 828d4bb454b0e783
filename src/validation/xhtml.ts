import { plainXhtml } from './plain-xhtml.ts';

const elements = new Set(
  (
    'a abbr acronym address area b bdo big blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2 h3 h4 h5 h6 ' +
    'hr i img kbd li map ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt ul var'
  ).split(' '),
);
const attributes = new Set(
  (
    'abbr accesskey align alt axis bgcolor border cellhalign cellpadding cellspacing cellvalign char charoff charset cite class colspan ' +
    'compact coords dir frame headers height href hreflang hspace id ismap lang longdesc name nohref nowrap rel rev rowspan rules scope ' +
    'shape span src start style summary tabindex title type usemap valign value vspace width xml:lang xml:space xmlns'
  ).split(' '),
);
/** Something to see even where they hold no text: space counts in preformatted text. */
const contentOfTheirOwn = new Set(['img', 'hr', 'pre']);
/** What cannot stand in a paragraph. */
const blocks = new Set(['div', 'blockquote', 'table', 'ol', 'ul', 'p']);
const attribute = /\s+([A-Za-z_:][\w:.-]*)\s*=\s*("[^"<]*"|'[^'<]*')/y;
const entity = /&(?:#[0-9]+|#x[0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);/y;
const namespace = 'http://www.w3.org/1999/xhtml';
const isPlain = plainXhtml(elements, blocks);

const AMPERSAND = 38;
const SLASH = 47;
const LESS = 60;
const GREATER = 62;
const EXCLAMATION = 33;

interface Tag {
  name: string;
  end: number;
  closed: boolean;
}

/** Where the letters and digits from `start` on end. */
function endOfName(text: string, start: number): number {
  let index = start;
  for (; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const letter = code | 32;
    if ((letter < 97 || letter > 122) && (code < 48 || code > 57)) break;
  }
  return index;
}

function readStartTag(text: string, start: number, outermost: boolean): Tag | undefined {
  let index = endOfName(text, start + 1);
  const name = text.slice(start + 1, index);
  if (!elements.has(name)) return undefined;
  // Most tags have no attributes.
  if (!outermost && text.charCodeAt(index) === GREATER) return { name, end: index + 1, closed: false };
  const seen = new Set<string>();
  attribute.lastIndex = index;
  for (let found = attribute.exec(text); found !== null; found = attribute.exec(text)) {
    const key = found[1]!;
    const value = found[2]!.slice(1, -1).trim();
    if (seen.has(key) || !(attributes.has(key) || key.startsWith('xmlns:'))) return undefined;
    if (key === 'xmlns' && value !== namespace) return undefined;
    if (/^(href|src|cite|longdesc)$/.test(key) && /^(javascript|vbscript):/i.test(value.replace(/[\s\0]/g, '')))
      return undefined;
    seen.add(key);
    index = attribute.lastIndex;
    attribute.lastIndex = index;
  }
  if (outermost && (name !== 'div' || !seen.has('xmlns'))) return undefined;
  while (/\s/.test(text[index] ?? '')) index++;
  if (text[index] === '>') return { name, end: index + 1, closed: false };
  return text.startsWith('/>', index) ? { name, end: index + 2, closed: true } : undefined;
}

/** Where the end tag of the element at `start` ends; -1 when it is not its end tag. */
function endOfEndTag(text: string, start: number, name: string | undefined): number {
  if (name === undefined || !text.startsWith(name, start + 2)) return -1;
  const after = start + 2 + name.length;
  if (text.charCodeAt(after) === GREATER) return after + 1;
  const end = text.indexOf('>', after);
  return end >= 0 && text.slice(after, end).trim() === '' ? end + 1 : -1;
}

/** Whether every & in a piece of text begins an entity. */
function hasOnlyEntities(text: string, start: number, end: number): boolean {
  for (let index = start; index < end; index++) {
    if (text.charCodeAt(index) !== AMPERSAND) continue;
    entity.lastIndex = index;
    if (!entity.test(text)) return false;
  }
  return true;
}

/**
 * Whether the text is what `Narrative.div` may hold: one `div` in the namespace of XHTML, well-formed, of formatting elements, tables,
 * lists, links and images only, without scripts, event attributes and what HTML 4 calls deprecated, and not empty (txt-1, txt-2).
 * https://hl7.org/fhir/R4/narrative.html
 */
export function isXhtml(source: string): boolean {
  if (isPlain(source)) return true;
  const text = source.trim();
  const open: string[] = [];
  let content = false;
  let paragraphs = 0;
  let index = 0;
  while (index < text.length) {
    if (text.charCodeAt(index) !== LESS) {
      const next = text.indexOf('<', index);
      const end = next < 0 ? text.length : next;
      if (open.length === 0 || !hasOnlyEntities(text, index, end)) return false;
      content ||= text.slice(index, end).trim() !== '';
      index = end;
      continue;
    }
    const mark = text.charCodeAt(index + 1);
    if (mark === SLASH) {
      const name = open.pop();
      index = endOfEndTag(text, index, name);
      if (index < 0) return false;
      if (name === 'p') paragraphs--;
      if (open.length === 0) return content && index === text.length;
    } else if (mark === EXCLAMATION && text.startsWith('<!--', index)) {
      const end = text.indexOf('-->', index + 4);
      if (end < 0 || open.length === 0) return false;
      index = end + 3;
    } else {
      const tag = readStartTag(text, index, open.length === 0);
      if (tag === undefined || (paragraphs > 0 && blocks.has(tag.name))) return false;
      content ||= contentOfTheirOwn.has(tag.name);
      if (tag.name === 'p' && !tag.closed) paragraphs++;
      if (!tag.closed) open.push(tag.name);
      else if (open.length === 0) return false;
      index = tag.end;
    }
  }
  return false;
}
