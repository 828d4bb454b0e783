/** An element of a message: its name, its own text, and the elements in it, in their order. */
export interface Element {
  name: string;
  text: string;
  children: readonly Element[];
}

/** What is no message, in a sentence that holds nothing of it. */
export class MalformedMessage extends Error {
  override name = 'MalformedMessage';
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const unescaped = (text: string): string =>
  text.replace(/&(#x?[\dA-Fa-f]+|\w+);|&/g, (whole, name: string | undefined) => {
    const known = name === undefined ? undefined : ENTITIES[name];
    if (known !== undefined) return known;
    const number = name?.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name?.slice(1));
    if (name?.startsWith('#') && number > 0 && number <= 0x10ffff) return String.fromCodePoint(number);
    throw new MalformedMessage(`The message has the entity ${whole.slice(0, 20)}, which XML does not know.`);
  });

/** Text as it stands in an element. */
export const escaped = (text: string): string =>
  text.replace(/[&<>]/g, character => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character]!);

const TAG = /<(\/?)([A-Za-z][\w.-]*)\s*(\/?)>|<[^>]*>/g;
const MOST_DEPTH = 16;

interface Open {
  name: string;
  text: string;
  children: Element[];
}

/**
 * Reads one element without attributes, as all of GePG's are. Declarations, DOCTYPEs, comments and processing instructions are refused.
 * @throws {MalformedMessage}
 */
export const readElement = (xml: string): Element => {
  const open: Open[] = [{ name: '', text: '', children: [] }];
  let from = 0;
  for (const tag of xml.matchAll(TAG)) {
    const [whole, closes, name, isEmpty] = tag;
    const top = open.at(-1)!;
    top.text += unescaped(xml.slice(from, tag.index));
    from = tag.index + whole.length;
    if (name === undefined)
      throw new MalformedMessage('The message has a tag with attributes, a DOCTYPE or a comment.');
    if (closes === '') {
      if (open.length > MOST_DEPTH) throw new MalformedMessage('The message is nested too deep.');
      open.push({ name, text: '', children: [] });
      if (isEmpty === '') continue;
    }
    const { text, ...closed } = open.pop()!;
    if (closed.name !== name || open.length === 0)
      throw new MalformedMessage(`The element ${name} is not closed where it was opened.`);
    open.at(-1)!.children.push({ ...closed, text: text.trim() });
  }
  const [root, ...others] = open[0]!.children;
  const isWhole =
    open.length === 1 && others.length === 0 && xml.slice(from).trim() === '' && open[0]!.text.trim() === '';
  if (root === undefined || !isWhole) throw new MalformedMessage('The message is not one whole element.');
  return root;
};

/** The first element of a name at any depth. */
export const find = (element: Element, name: string): Element | undefined => {
  if (element.name === name) return element;
  for (const child of element.children) {
    const found = find(child, name);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** The text of the first element of a name, undefined where there is none or it is empty. */
export const textOf = (element: Element, name: string): string | undefined => find(element, name)?.text || undefined;
