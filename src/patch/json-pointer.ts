/**
 * The names and indexes that a JSON Pointer goes through: `/name/0/given` is `name`, `0`, `given`; `''` is the whole document.
 * Undefined for a text that is no pointer.
 * https://www.rfc-editor.org/rfc/rfc6901
 */
export const readPointer = (pointer: string): string[] | undefined => {
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined;
  return pointer
    .slice(1)
    .split('/')
    .map(token => token.replaceAll('~1', '/').replaceAll('~0', '~'));
};

/** The index that a token of a pointer stands for; undefined where it is none (`01`, `-1`, `x`). */
export const readIndex = (token: string): number | undefined =>
  /^(?:0|[1-9]\d{0,8})$/.test(token) ? Number(token) : undefined;
