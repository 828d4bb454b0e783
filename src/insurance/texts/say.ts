import { en } from './en.ts';
import { fr } from './fr.ts';
import { ne } from './ne.ts';
import { sw } from './sw.ts';
import type { TextName, Texts } from './texts.ts';

const TEXTS = { en, fr, sw, ne } as const satisfies Record<string, Texts>;

/** A language in which clerks are told things, by its code of BCP 47. */
export type Language = keyof typeof TEXTS;

/** All of them, English first. */
export const LANGUAGES = Object.keys(TEXTS) as readonly Language[];

/** Something that can be said in every language. */
export type Message = (language: Language) => string;

/** The names in braces of the English text. */
type Placeholder<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholder<Rest>
  : never;

type Values<Name extends TextName> = Readonly<Record<Placeholder<(typeof en)[Name]>, string | number | Message>>;

/** No values where the text has no place for any. */
type Given<Name extends TextName> = Placeholder<(typeof en)[Name]> extends never ? [] : [values: Values<Name>];

const PLACEHOLDER = /\{(\w+)\}/g;

/** The text of that name with values in it, in whatever language it is asked for. What is put in may be a message itself. */
export const say = <Name extends TextName>(name: Name, ...[values]: Given<Name>): Message => {
  const given: Readonly<Record<string, string | number | Message>> = values ?? {};
  return language =>
    TEXTS[language][name].replaceAll(PLACEHOLDER, (_whole, key: string) => {
      const value = given[key]!;
      return typeof value === 'function' ? value(language) : String(value);
    });
};

/** Several messages, one after the other. */
export const sayAll =
  (messages: readonly Message[], between: string): Message =>
  language =>
    messages.map(message => message(language)).join(between);
