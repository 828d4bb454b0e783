/** One line for each member, and one for each item of the long lists, so that a change shows as lines. */
export const renderResource = (resource: object): string => {
  const lines = Object.entries(resource).map(([name, value]) => `${JSON.stringify(name)}:${renderMember(name, value)}`);
  return `{\n${lines.join(',\n')}\n}\n`;
};

const renderMember = (name: string, value: unknown): string => {
  if (name === 'snapshot') return `{"element":${renderList((value as { element: unknown[] }).element)}}`;
  if (['entry', 'concept', 'files'].includes(name)) return renderList(value as unknown[]);
  return JSON.stringify(value);
};

const renderList = (items: readonly unknown[]): string =>
  `[\n${items.map(item => JSON.stringify(item)).join(',\n')}\n]`;

/** Characters of a line at most, with the comma behind it. */
const WIDTH = 160;

/** As the formatter of this project leaves a file that people read. `before` is the number of characters that stand before it in its line. */
export const renderFormatted = (value: unknown, indent = '', before = 0): string => {
  const isScalar = (item: unknown): boolean => typeof item !== 'object' || item === null;
  if (isScalar(value)) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.every(isScalar)) return `[${value.map(item => JSON.stringify(item)).join(', ')}]`;
    const items = value.map(item => renderFormatted(item, inner, inner.length));
    const inLine = `[${items.join(', ')}]`;
    if (!inLine.includes('\n') && before + inLine.length < WIDTH) return inLine;
    return `[\n${items.map(item => inner + item).join(',\n')}\n${indent}]`;
  }
  const members = Object.entries(value as object);
  const rendered = members.map(([name, member]) => {
    const head = `${JSON.stringify(name)}: `;
    return head + renderFormatted(member, inner, inner.length + head.length);
  });
  if (members.length === 1) return `{ ${rendered[0]} }`;
  return `{\n${rendered.map(member => inner + member).join(',\n')}\n${indent}}`;
};
