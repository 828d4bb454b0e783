import { OPENIMIS } from '../insurance/openimis-codes.ts';
import type { Rewriting } from './rewriting.ts';

const SAME_HOST = /^https?:\/\/openimis\.github\.io\/+openimis_fhir_r4_ig\/+/;
const PAGE = /^(StructureDefinition|CodeSystem|ValueSet)-([\w.-]+?)\.html$/;

/** Correctly spelled by later guides; published otherwise. */
const SPELLED: ReadonlyMap<string, string> = new Map([
  ['StructureDefinition/openimis-activity-definition', 'StructureDefinition/openimis-activitiy-definition'],
]);

/** A URL of the openIMIS guide as it is published; undefined where the text is another URL, or that one already. */
export const publishedUrl = (text: string): string | undefined => {
  if (!SAME_HOST.test(text)) return undefined;
  const rest = text
    .replace(SAME_HOST, '')
    .replaceAll(/\/{2,}/g, '/')
    .replace(PAGE, '$1/$2');
  const published = `${OPENIMIS}/${SPELLED.get(rest) ?? rest}`;
  return published === text ? undefined : published;
};

const urlRewriting = ({ elements, sent, written }: Pick<Rewriting, 'elements' | 'sent' | 'written'>): Rewriting => ({
  rule: 'normalized-url',
  elements,
  sent,
  written,
  rewrite: value => {
    const published = typeof value === 'string' ? publishedUrl(value) : undefined;
    return published === undefined
      ? undefined
      : { value: published, said: `This URL was written as openIMIS publishes it: ${published}.` };
  },
});

/** URLs of the openIMIS guide. */
export const canonicalRewritings: readonly Rewriting[] = [
  urlRewriting({
    elements: ['Extension.url'],
    sent: 'an extension of openIMIS with a double slash in its URL (`...openimis_fhir_r4_ig//StructureDefinition/coverage-date`)',
    written: 'the published URL',
  }),
  urlRewriting({
    elements: ['Meta.profile'],
    sent: 'an openIMIS profile by its web page (`StructureDefinition-openimis-claim.html`), with a double slash, or spelled `openimis-activity-definition`',
    written: 'the published URL',
  }),
];
