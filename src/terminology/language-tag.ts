import { intlName } from './intl-name.ts';

type Verdict = 'yes' | 'no' | 'unknown';

const TAG =
  /^(?:(?<language>[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-(?<script>[a-z]{4}))?(?:-(?<region>[a-z]{2}|\d{3}))?(?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*(?:-[a-wyz\d](?:-[a-z\d]{2,8})+)*(?:-x(?:-[a-z\d]{1,8})+)?|x(?:-[a-z\d]{1,8})+|(?:i|sgn|art|cel|en|no|zh)(?:-[a-z\d]{2,8})+)$/i;

/** In the registry, but without a name in `Intl`: undetermined, uncoded, and the ranges for private use. */
const PRIVATE_LANGUAGE = /^(?:und|mis|q[a-t][a-z])$/i;
const PRIVATE_SCRIPT = /^(?:qaa[a-z]|qab[a-x])$/i;
const PRIVATE_REGION = /^(?:aa|q[m-z]|x[a-z]|zz)$/i;

/** `Intl` has a name for every language, script and region that is written in letters, but for rare languages of three letters. */
const judgeSubtag = (subtag: string | undefined, isKnown: (subtag: string) => boolean): Verdict => {
  if (subtag === undefined || isKnown(subtag)) return 'yes';
  return subtag.length === 3 ? 'unknown' : 'no';
};

/**
 * Whether a text is a language tag whose language, script and region exist: `sw-TZ`, `zh-Hant`. A well-formed language of three
 * letters or region of three digits that the JavaScript engine has no name for is `unknown`.
 * https://hl7.org/fhir/R4/valueset-languages.html
 */
export const judgeLanguageTag = (tag: string): Verdict => {
  const { groups } = TAG.exec(tag) ?? {};
  if (groups === undefined) return 'no';
  const language = groups.language?.replace(/-.*/, '').toLowerCase();
  const script = groups.script?.toLowerCase().replace(/^./, letter => letter.toUpperCase());
  const region = groups.region?.toUpperCase();
  const verdicts = [
    judgeSubtag(language, each => PRIVATE_LANGUAGE.test(each) || intlName('language', each) !== undefined),
    judgeSubtag(script, each => PRIVATE_SCRIPT.test(each) || intlName('script', each) !== undefined),
    judgeSubtag(region, each => PRIVATE_REGION.test(each) || intlName('region', each) !== undefined),
  ];
  return verdicts.includes('no') ? 'no' : verdicts.includes('unknown') ? 'unknown' : 'yes';
};
