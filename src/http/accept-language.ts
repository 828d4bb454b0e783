/** A language that a client takes, as it is named, and how much it likes it. */
interface Wanted {
  language: string;
  quality: number;
}

const RANGE = /^([a-z]{1,8}|\*)(?:-[a-z0-9]{1,8})*(?:\s*;\s*q=([01](?:\.\d{0,3})?))?$/i;

const wantedIn = (header: string): Wanted[] =>
  header.split(',').flatMap(text => {
    const [, language, quality = '1'] = RANGE.exec(text.trim()) ?? [];
    return language === undefined ? [] : [{ language: language.toLowerCase(), quality: Number(quality) }];
  });

/**
 * The language, of those that there are, that a client likes best: fr for fr-CM. Undefined where it takes none of them, or does not say.
 * `*` stands for the first.
 * https://www.rfc-editor.org/rfc/rfc9110#name-accept-language
 */
export const acceptLanguage = (header: string | undefined, languages: readonly string[]): string | undefined => {
  if (header === undefined) return undefined;
  const wanted = wantedIn(header).filter(({ quality }) => quality > 0);
  wanted.sort((a, b) => b.quality - a.quality);
  for (const { language } of wanted) {
    const found = language === '*' ? languages[0] : languages.find(each => each === language);
    if (found !== undefined) return found;
  }
  return undefined;
};
