import type { Concept } from './concept.ts';

/**
 * What a concept is called in a language (`sw`, `sw-TZ`): by a designation in it, or in the same language of another place; else its
 * display. https://hl7.org/fhir/R4/codesystem-definitions.html#CodeSystem.concept.designation.language
 */
export const displayIn = (
  { display, designations }: Pick<Concept, 'display' | 'designations'>,
  language: string | undefined,
): string | undefined => {
  if (language === undefined) return display;
  const asked = language.toLowerCase();
  const base = asked.split('-', 1)[0]!;
  const spoken = designations.map(each => ({ ...each, language: each.language?.toLowerCase() }));
  const found =
    spoken.find(each => each.language === asked) ?? spoken.find(each => each.language?.split('-', 1)[0] === base);
  return found?.value ?? display;
};
