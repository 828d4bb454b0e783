import { shownName, xmlRefusal } from './xml-refusal.ts';
import { attributeValue, isXmlText, wrongReference } from './xml-text.ts';

/** An attribute other than a declaration of a namespace; without a prefix it is of none. */
export interface XmlAttribute {
  name: string;
  namespace: string;
  value: string;
  index: number;
}

/** The start of an element, which an end follows even where both are one tag. */
export interface XmlStart {
  name: string;
  prefix: string;
  namespace: string;
  attributes: readonly XmlAttribute[];
  /** Index of its `<`. */
  index: number;
}

/** Reads an XML text from start to end, a tag at a time, so that nothing is built that nobody asked for. */
export interface XmlCursor {
  readonly text: string;
  /** The next start of an element; undefined for the end of the one that is open, or of the text. Text that is not blank is refused. */
  next(): XmlStart | undefined;
  /** Passes over all of an element that was just started, texts too, and gives the index behind it. */
  pass(): number;
}

interface Open {
  name: string;
  /** Declared by this very element, by prefix. */
  namespaces: ReadonlyMap<string, string> | undefined;
}

const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';
const NAME = '[\\p{L}_][\\p{L}\\p{M}\\p{N}_.-]*(?::[\\p{L}_][\\p{L}\\p{M}\\p{N}_.-]*)?';
const TAG_NAME = new RegExp(NAME, 'uy');
const ATTRIBUTE = new RegExp(`[ \\t\\r\\n]+(${NAME})[ \\t\\r\\n]*=[ \\t\\r\\n]*("[^"<]*"|'[^'<]*')`, 'uy');
const SPACE = /[ \t\r\n]*/y;
const DECLARATION =
  /<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*["']1\.0["'](?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*["']([\w.-]+)["'])?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*["'](?:yes|no)["'])?[ \t\r\n]*\?>/y;
const UTF8 = /^(utf-?8|us-ascii)$/i;

const matchAt = (pattern: RegExp, text: string, index: number): RegExpExecArray | null => {
  pattern.lastIndex = index;
  return pattern.exec(text);
};

/**
 * A cursor over an XML 1.0 text with namespaces. There is no way in for anything from outside: a DOCTYPE is refused, and entities are
 * the five that XML has. Elements stand in each other at most `maxDepth` deep.
 * https://www.w3.org/TR/xml/ https://www.w3.org/TR/xml-names/
 * @throws {FhirError} 400 `xml-malformed`, and `xml-not-fhir` for text between elements
 */
export const createXmlCursor = (text: string, maxDepth: number): XmlCursor => {
  const open: Open[] = [];
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  let isRootRead = false;
  /** Whether the tag that was read last is an end as well. */
  let isEmptyTag = false;

  const malformed = (index: number, what: string) => xmlRefusal('xml-malformed', { text, index, what });

  const requireDeclaration = (): void => {
    if (!/^<\?xml[ \t\r\n]/.test(text.slice(at, at + 6))) return;
    const found = matchAt(DECLARATION, text, at);
    if (found === null) throw malformed(at, 'The declaration must be like <?xml version="1.0" encoding="UTF-8"?>.');
    if (found[1] !== undefined && !UTF8.test(found[1])) throw malformed(at, 'The encoding must be UTF-8.');
    at += found[0].length;
  };

  const namespaceOf = (prefix: string, index: number): string => {
    if (prefix === 'xml') return XML_NAMESPACE;
    for (let each = open.length - 1; each >= 0; each--) {
      const namespace = open[each]!.namespaces?.get(prefix);
      if (namespace !== undefined) return namespace;
    }
    if (prefix === '') return '';
    throw malformed(
      index,
      `The prefix ${shownName(prefix)} has no namespace. Declare it with xmlns:${prefix.slice(0, 64)}.`,
    );
  };

  const passComment = (): void => {
    const end = text.indexOf('--', at + 4);
    if (end < 0 || text[end + 2] !== '>') throw malformed(at, 'This comment has no end, or `--` within it.');
    at = end + 3;
  };

  const passInstruction = (): void => {
    const end = text.indexOf('?>', at + 2);
    if (end < 0 || /^<\?xml[ \t\r\n?]/i.test(text.slice(at, at + 6))) {
      throw malformed(at, 'This processing instruction has no end, or may not stand here.');
    }
    at = end + 2;
  };

  /** Reads text up to the next tag; comments and processing instructions are passed over. True where text is more than blanks. */
  const passText = (): number | undefined => {
    let found: number | undefined;
    while (at < text.length) {
      const end = text.indexOf('<', at);
      const part = text.slice(at, end < 0 ? text.length : end);
      const blank = matchAt(SPACE, part, 0)![0].length;
      if (blank < part.length) {
        const wrong = wrongReference(part);
        if (wrong >= 0) {
          throw malformed(
            at + wrong,
            'This is no entity of XML. Write & as &amp;, and others by number: &#160; for a fixed blank.',
          );
        }
        found ??= at + blank;
      }
      at += part.length;
      if (text.startsWith('<!--', at)) passComment();
      else if (text.startsWith('<?', at)) passInstruction();
      else if (text.startsWith('<!', at)) {
        throw malformed(
          at,
          'DOCTYPE and CDATA are not taken. Leave the DOCTYPE out, and write text with &lt; and &amp;.',
        );
      } else break;
    }
    return found;
  };

  const readStart = (): XmlStart => {
    const index = at;
    const named = matchAt(TAG_NAME, text, at + 1);
    if (named === null) throw malformed(index, 'A tag must begin with a name. Write < in a text as &lt;.');
    const [written] = named;
    at += 1 + written.length;
    const seen = new Set<string>();
    const namespaces = new Map<string, string>();
    const others: { name: string; value: string; index: number }[] = [];
    for (let found = matchAt(ATTRIBUTE, text, at); found !== null; found = matchAt(ATTRIBUTE, text, at)) {
      const [whole, name = '', quoted = ''] = found;
      const raw = quoted.slice(1, -1);
      if (seen.has(name)) throw malformed(at, `The attribute ${shownName(name)} is there twice. Keep one.`);
      seen.add(name);
      const wrong = wrongReference(raw);
      if (wrong >= 0) {
        const place = at + whole.length - quoted.length + 1 + wrong;
        throw malformed(
          place,
          'This is no entity of XML. Write & as &amp;, and others by number: &#160; for a fixed blank.',
        );
      }
      const value = attributeValue(raw);
      if (name === 'xmlns') namespaces.set('', value);
      else if (name.startsWith('xmlns:')) namespaces.set(name.slice(6), value);
      else others.push({ name, value, index: at });
      at += whole.length;
    }
    at += matchAt(SPACE, text, at)![0].length;
    isEmptyTag = text.startsWith('/>', at);
    if (!isEmptyTag && text[at] !== '>') {
      throw malformed(
        at,
        `The tag of ${shownName(written)} is broken here. Attributes are written name="value", with < as &lt;.`,
      );
    }
    at += isEmptyTag ? 2 : 1;
    open.push({ name: written, namespaces: namespaces.size === 0 ? undefined : namespaces });
    if (open.length > maxDepth) throw malformed(index, `Elements stand in each other more than ${maxDepth} deep.`);
    const colon = written.indexOf(':');
    const prefix = colon < 0 ? '' : written.slice(0, colon);
    const attributes = others.map(attribute => {
      const split = attribute.name.indexOf(':');
      const namespace = split < 0 ? '' : namespaceOf(attribute.name.slice(0, split), attribute.index);
      return { ...attribute, name: attribute.name.slice(split + 1), namespace };
    });
    return { name: written.slice(colon + 1), prefix, namespace: namespaceOf(prefix, index), attributes, index };
  };

  const readEnd = (): void => {
    const { name } = open.at(-1)!;
    const written = text.startsWith(name, at + 2) ? name : undefined;
    const after = at + 2 + name.length;
    const end = written === undefined ? after : after + matchAt(SPACE, text, after)![0].length;
    if (written === undefined || text[end] !== '>')
      throw malformed(at, `Here ${shownName(name)} must end: </${name.slice(0, 64)}>.`);
    at = end + 1;
    open.pop();
  };

  /** The next start; undefined for an end. */
  const readTag = (): XmlStart | undefined => {
    if (at >= text.length) throw malformed(at, 'The text ends too early. Send one whole resource.');
    if (!text.startsWith('</', at)) return readStart();
    if (open.length === 0) throw malformed(at, 'Nothing is open here that could end. Leave this end tag out.');
    readEnd();
    return undefined;
  };

  if (!isXmlText(text)) throw malformed(0, 'The text has control characters that XML cannot hold. Leave them out.');

  return {
    text,
    next: () => {
      if (isEmptyTag) {
        isEmptyTag = false;
        open.pop();
        return undefined;
      }
      if (at <= 1 && open.length === 0) requireDeclaration();
      const found = passText();
      if (found !== undefined) {
        if (open.length === 0)
          throw malformed(found, 'There is text outside of the outermost element. Send one resource as XML.');
        const inside = shownName(open.at(-1)!.name);
        throw xmlRefusal('xml-not-fhir', {
          text,
          index: found,
          what: `There is text in ${inside}. Write it as attribute: value="...".`,
        });
      }
      if (open.length > 0) return readTag();
      if (at >= text.length && isRootRead) return undefined;
      if (isRootRead) throw malformed(at, 'There is more than one outermost element. Send one resource.');
      isRootRead = true;
      return readTag();
    },
    pass: () => {
      const depth = open.length;
      while (open.length >= depth) {
        if (isEmptyTag) {
          isEmptyTag = false;
          open.pop();
          continue;
        }
        passText();
        readTag();
      }
      return at;
    },
  };
};
