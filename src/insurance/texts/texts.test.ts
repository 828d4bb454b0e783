import { describe, expect, it } from 'vitest';
import { en } from './en.ts';
import { fr } from './fr.ts';
import { ne } from './ne.ts';
import { LANGUAGES, say, sayAll } from './say.ts';
import { sw } from './sw.ts';
import type { TextName, Texts } from './texts.ts';

const names = Object.keys(en) as TextName[];
const placeholdersOf = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).sort();

/** Type names, paths and codes that no language translates. */
const termsOf = (text: string): string[] =>
  [...text.matchAll(/[A-Z]\w+\/<id>(?:\/\$\w+)?|\b\w+\.\w[\w.[\]{}]*\b|\bplan-distribution\b|`\w+`/g)]
    .map(([term]) => term)
    .sort();

describe.each(Object.entries({ fr, sw, ne }) as [string, Texts][])('the texts in %s', (_language, texts) => {
  it('are those that there are in English', () => expect(Object.keys(texts).sort()).toEqual([...names].sort()));

  it.each(names)('%s has the same placeholders and terms', name => {
    expect(placeholdersOf(texts[name])).toEqual(placeholdersOf(en[name]));
    expect(termsOf(texts[name])).toEqual(expect.arrayContaining(termsOf(en[name])));
  });

  it('are translated', () => {
    expect(names.filter(name => texts[name] === en[name] || texts[name].trim() === '')).toEqual([]);
  });
});

describe('say', () => {
  it('says it in every language, with what is put in said in the same', () => {
    const message = say('claim-undecided', {
      lines: sayAll([say('line-needs', { line: 1, what: say('needs-gender') })], '; '),
    });
    expect(LANGUAGES.map(language => message(language))).toEqual([
      'The claim cannot be judged yet: line 1 needs the gender of the patient. Complete the set-up, then call Claim/<id>/$process.',
      'La demande ne peut pas encore être jugée : à la ligne 1 il manque le sexe du patient. Complétez le paramétrage, puis appelez Claim/<id>/$process.',
      'Dai haliwezi kuamuliwa bado: mstari 1 unahitaji jinsia ya mgonjwa. Kamilisha mipangilio, kisha ita Claim/<id>/$process.',
      'दाबीको निर्णय अहिले गर्न सकिँदैन: लाइन 1 लाई बिरामीको लिङ्ग चाहिन्छ। सेटअप पूरा गर्नुहोस्, अनि Claim/<id>/$process बोलाउनुहोस्।',
    ]);
  });
});
