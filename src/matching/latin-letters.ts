/** Letters of other scripts by how they sound in Latin ones. Vowels that Arabic does not write are lost. */
const LETTERS: Readonly<Record<string, string>> = {
  ...lettersOf('абвгдезийклмнопрстуфыэ', 'a b v g d e z i i k l m n o p r s t u f y e'),
  ...lettersOf('жхцчшщюяъь', 'zh kh ts ch sh sh yu ya - -'),
  ...lettersOf('αβγδεζηθικλμνξοπρστυφχψω', 'a v g d e z i th i k l m n x o p r s t y f ch ps o'),
  ...lettersOf(
    'ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءپچگ',
    'a b t th j h kh d dh r z s sh s d t z a gh f q k l m n h w y a a - p ch g',
  ),
};

/** Consonants of Devanagari, which sound with an `a` unless a sign says otherwise. */
const CONSONANTS = lettersOf(
  'कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसह',
  'k kh g gh n ch chh j jh n t th d dh n t th d dh n p ph b bh m y r l v sh sh s h',
);
const VOWELS = lettersOf('अआइईउऊऋएऐओऔ', 'a a i i u u ri e ai o au');
const SIGNS = lettersOf('ािीुूृेैोौ', 'a i i u u ri e ai o au');
const NASALS = lettersOf('ंँ', 'n n');
const SILENCER = '्';
const NUKTA = '़';

function lettersOf(letters: string, sounds: string): Readonly<Record<string, string>> {
  const list = sounds.split(' ');
  return Object.fromEntries([...letters].map((letter, index) => [letter, list[index] === '-' ? '' : list[index]!]));
}

const DEVANAGARI = /\p{Script=Devanagari}/u;

const latinOfDevanagari = (word: string): string => {
  const letters = [...word].filter(letter => letter !== NUKTA);
  return letters
    .map((letter, index) => {
      const consonant = CONSONANTS[letter];
      if (consonant === undefined) return VOWELS[letter] ?? SIGNS[letter] ?? NASALS[letter] ?? '';
      const next = letters[index + 1];
      const isBare = next === undefined || next === SILENCER || SIGNS[next] !== undefined;
      return isBare ? consonant : `${consonant}a`;
    })
    .join('');
};

/**
 * A folded word in Latin letters, as nearly as it sounds: राम is ram. What is Latin stays as it is, and so does what no table knows.
 */
export const latinLetters = (word: string): string =>
  DEVANAGARI.test(word) ? latinOfDevanagari(word) : [...word].map(letter => LETTERS[letter] ?? letter).join('');
