import { expect, it } from 'vitest';
import { acceptLanguage } from './accept-language.ts';

const LANGUAGES = ['en', 'fr', 'sw', 'ne'];

it.each([
  [undefined, undefined],
  ['fr', 'fr'],
  ['fr-CM, en;q=0.8', 'fr'],
  ['de, sw;q=0.5, en;q=0.4', 'sw'],
  ['en;q=0.1,ne ; q=0.9', 'ne'],
  ['*', 'en'],
  ['de, *;q=0.1', 'en'],
  ['fr;q=0, SW', 'sw'],
  ['de', undefined],
  ['', undefined],
  ['fr;q=2, ;;', undefined],
])('%s is %s', (header, language) => {
  expect(acceptLanguage(header, LANGUAGES)).toBe(language);
});
