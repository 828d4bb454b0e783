import { plainXhtml } from './plain-xhtml.ts';

const elements = new Set(
  (
    'a abbr acronym address b bdo big blockquote br caption center cite code col colgroup dd del dfn dir div dl dt em font h1 h2 h3 h4 h5 h6 ' +
    'hr i img ins kbd li map area ol p pre q s samp small span strike strong style sub sup table tbody td tfoot th thead tr tt u ul var'
  ).split(' '),
);
/** Something to see even where they hold no text: space counts in preformatted text. */
const contentOfTheirOwn = new Set(['img', 'hr', 'pre']);
const attribute = /\s+([A-Za-z_:][\w:.-]*)\s*=\s*("[^"<]*"|'[^'<]*')/y;
const entity = /&(?:#[0-9]+|#x[0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);/y;
const namespace = 'http://www.w3.org/1999/xhtml';
const isPlain = plainXhtml(elements);

interface Tag {
  name: string;
  end: number;
  closed: boolean;
}

function readStartTag(text: string, start: number, outermost: boolean): Tag | undefined {
  let index = start + 1;
  while (index < text.length && /[A-Za-z0-9]/.test(text[index]!)) index++;
  const name = text.slice(start + 1, index);
  if (!elements.has(name)) return undefined;
  const seen = new Set<string>();
  attribute.lastIndex = index;
  for (let found = attribute.exec(text); found !== null; found = attribute.exec(text)) {
    const key = found[1]!;
    const value = found[2]!.slice(1, -1).trim();
    if (seen.has(key) || key.toLowerCase().startsWith('on')) return undefined;
    if (key === 'xmlns' && value !== namespace) return undefined;
    if (
      /^(href|src|background|action|data)$/i.test(key) &&
      /^(javascript|vbscript):/i.test(value.replace(/[\s\0]/g, ''))
    )
      return undefined;
    seen.add(key);
    index = attribute.lastIndex;
    attribute.lastIndex = index;
  }
  if (outermost && name !== 'div') return undefined;
  while (/\s/.test(text[index] ?? '')) index++;
  if (text[index] === '>') return { name, end: index + 1, closed: false };
  return text.startsWith('/>', index) ? { name, end: index + 2, closed: true } : undefined;
}

/**
 * Whether the text is what `Narrative.div` may hold: one `div`, well-formed, of formatting elements, tables, lists, links and images
 * only, without scripts and event attributes, and not empty. https://hl7.org/fhir/R4/narrative.html
 */
export function isXhtml(source: string): boolean {
  if (isPlain(source)) return true;
  const text = source.trim();
  const open: string[] = [];
  let content = false;
  let index = 0;
  while (index < text.length) {
    if (text[index] !== '<') {
      const next = text.indexOf('<', index);
      const end = next < 0 ? text.length : next;
      if (open.length === 0) return false;
      const piece = text.slice(index, end);
      for (let at = piece.indexOf('&'); at >= 0; at = piece.indexOf('&', at + 1)) {
        entity.lastIndex = at;
        if (!entity.test(piece)) return false;
      }
      content ||= piece.trim() !== '';
      index = end;
    } else if (text.startsWith('<!--', index)) {
      const end = text.indexOf('-->', index + 4);
      if (end < 0 || open.length === 0) return false;
      index = end + 3;
    } else if (text[index + 1] === '/') {
      const end = text.indexOf('>', index);
      if (end < 0 || open.pop() !== text.slice(index + 2, end).trimEnd()) return false;
      index = end + 1;
      if (open.length === 0) return content && index === text.length;
    } else {
      const tag = readStartTag(text, index, open.length === 0);
      if (tag === undefined) return false;
      content ||= contentOfTheirOwn.has(tag.name);
      if (!tag.closed) open.push(tag.name);
      else if (open.length === 0) return false;
      index = tag.end;
    }
  }
  return false;
}
