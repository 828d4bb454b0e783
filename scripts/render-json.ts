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

/** As the formatter of this project leaves a file that people read. */
export const renderFormatted = (value: unknown, indent = ''): string => {
  const isScalar = (item: unknown): boolean => typeof item !== 'object' || item === null;
  if (isScalar(value)) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.every(isScalar)) return `[${value.map(item => JSON.stringify(item)).join(', ')}]`;
    const [only, ...others] = value;
    const alone = others.length === 0 ? renderFormatted(only, indent) : '\n';
    if (!alone.includes('\n')) return `[${alone}]`;
    return `[\n${value.map(item => inner + renderFormatted(item, inner)).join(',\n')}\n${indent}]`;
  }
  const members = Object.entries(value as object);
  const rendered = members.map(([name, member]) => `${JSON.stringify(name)}: ${renderFormatted(member, inner)}`);
  if (members.length === 1) return `{ ${rendered[0]} }`;
  return `{\n${rendered.map(member => inner + member).join(',\n')}\n${indent}}`;
};
