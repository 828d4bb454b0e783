import type { en } from './en.ts';

/** The name of a text. */
export type TextName = keyof typeof en;

/** All texts in one language. */
export type Texts = Readonly<Record<TextName, string>>;
