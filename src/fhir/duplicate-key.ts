/**
 * Path of the first name that stands twice in one object of a JSON text (`item[0].quantity`), or undefined if none does.
 * For texts that `JSON.parse` accepts; slow, meant for the error message only.
 */
export const duplicateKey = (text: string): string | undefined => {
  interface Level {
    path: string;
    names: Set<string> | undefined;
    index: number;
    name: string;
  }
  const levels: Level[] = [];
  const pathOf = (level: Level): string =>
    level.names === undefined
      ? `${level.path}[${level.index}]`
      : level.path === ''
        ? level.name
        : `${level.path}.${level.name}`;
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[[\]{},]/g)) {
    const token = match[0];
    const level = levels.at(-1);
    if (token === '{' || token === '[') {
      const path = level === undefined ? '' : pathOf(level);
      levels.push({ path, names: token === '{' ? new Set() : undefined, index: 0, name: '' });
    } else if (token === '}' || token === ']') {
      levels.pop();
    } else if (token === ',') {
      if (level !== undefined) level.index++;
    } else if (match[1] !== undefined && level?.names !== undefined) {
      level.name = JSON.parse(token.slice(0, token.length - match[1].length)) as string;
      if (level.names.has(level.name)) return pathOf(level);
      level.names.add(level.name);
    }
  }
  return undefined;
};
