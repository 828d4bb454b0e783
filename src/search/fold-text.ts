/** Letters that Unicode does not take apart, as people without the key type them. */
const PLAIN: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ħ: 'h',
  ı: 'i',
  ŋ: 'n',
  ɛ: 'e',
  ɔ: 'o',
  ɓ: 'b',
  ɗ: 'd',
  ƙ: 'k',
  ƴ: 'y',
  ς: 'σ',
};
const PLAIN_LETTER = new RegExp(`[${Object.keys(PLAIN).join('')}]`, 'g');

/**
 * Accents and vowel points: marks of scripts that are read without them. Not the vowel signs of Indic and other scripts, nor the
 * Japanese voicing marks, which make another letter.
 */
const ACCENT =
  /[[\p{M}&&[\p{Script=Inherited}\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}]]--[\u3099\u309A]]/gv;
/** Apostrophes and invisible characters, within a word: N'Diaye is found as ndiaye. */
const WITHIN_WORD = /[\p{Cf}'’‘ʼʻʹ`´]/gu;
const BETWEEN_WORDS = /[\p{P}\p{S}\p{Z}\p{Cc}]+/gu;
const PLAIN_ASCII = /^[a-z0-9]*(?: [a-z0-9]+)*$/;

/**
 * Text as names are compared: without case, accents and punctuation, words one space apart, in any script. Folding what is folded
 * changes nothing. https://hl7.org/fhir/R4/search.html#string
 */
export function foldText(text: string): string {
  const lower = text.toLowerCase();
  if (PLAIN_ASCII.test(lower)) return lower;
  return text
    .replace(WITHIN_WORD, '')
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replace(ACCENT, '')
    .replace(PLAIN_LETTER, letter => PLAIN[letter]!)
    .replace(WITHIN_WORD, '')
    .replace(BETWEEN_WORDS, ' ')
    .trim()
    .normalize('NFC');
}
