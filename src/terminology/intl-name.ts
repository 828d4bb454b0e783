const known = new Map<Intl.DisplayNamesType, Intl.DisplayNames>();

/**
 * The English name that the JavaScript engine has for a language, script, region or currency; undefined where it has none, or where
 * the code cannot be one of its kind (BCP 47 keeps languages of four letters for later). Names are loaded when first needed: all kinds together take 50 ms.
 */
export const intlName = (type: Intl.DisplayNamesType, code: string): string | undefined => {
  let names = known.get(type);
  if (names === undefined) {
    names = new Intl.DisplayNames('en', { type, fallback: 'none' });
    known.set(type, names);
  }
  try {
    return names.of(code);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};
