import { expect, test } from 'vitest';
import { judgeLanguageTag } from './language-tag.ts';

// https://hl7.org/fhir/R4/datatypes.html#code, bound to http://hl7.org/fhir/ValueSet/all-languages
test.each([
  'en',
  'sw-TZ',
  'zh-Hant-TW',
  'de-CH-1996',
  'es-419',
  'x-clinic',
  'i-klingon',
  'gsw',
  'und',
  'en-XK',
  'EN-LATN-us',
])('%s is a language', tag => expect(judgeLanguageTag(tag)).toBe('yes'));

test.each(['english', 'xx', 'some', 'some-code', 'e', 'en_US', '', 'sw-QQ-', 'en-AB', 'en-Abcd', 'sw-Latn-JJ'])(
  '"%s" is none',
  tag => expect(judgeLanguageTag(tag)).toBe('no'),
);

test.each(['hay', 'ngo-TZ', 'en-830'])('%s is not judged: it is well-formed, and rare', tag =>
  expect(judgeLanguageTag(tag)).toBe('unknown'),
);
