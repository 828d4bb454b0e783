const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const shown = (value: unknown): string => (isObject(value) ? JSON.stringify(value) : String(value));

/**
 * Where what was got is not what was expected, one line each: `lines[0].valuated: got 30.00, expected 28.50`. What is not expected is
 * not looked at, but a list has exactly the members that are expected.
 */
export const differences = (got: unknown, expected: unknown, path = ''): string[] => {
  if (Array.isArray(expected)) {
    const members = Array.isArray(got) ? got : [];
    if (members.length !== expected.length) {
      return [`${path}: got ${members.length} members, expected ${expected.length}`];
    }
    return expected.flatMap((each, index) => differences(members[index], each, `${path}[${index}]`));
  }
  if (isObject(expected)) {
    const members = isObject(got) ? got : {};
    return Object.entries(expected).flatMap(([name, each]) =>
      differences(members[name], each, path === '' ? name : `${path}.${name}`),
    );
  }
  return got === expected ? [] : [`${path}: got ${shown(got)}, expected ${shown(expected)}`];
};
