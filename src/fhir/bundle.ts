/** One link of a Bundle: where it stands in a series of pages. */
export interface BundleLink {
  relation: 'self' | 'first' | 'next' | 'previous';
  url: string;
}

/** What goes into a Bundle. Entries are JSON texts, so that what is stored is passed on as it is and never parsed. */
export interface BundleParts {
  type: 'searchset' | 'history' | 'collection' | 'batch-response' | 'transaction-response';
  total?: number;
  /** Only what has pages has links. */
  links?: readonly BundleLink[];
  entries: readonly string[];
}

/**
 * The JSON text of a Bundle.
 * https://hl7.org/fhir/R4/bundle.html
 */
export const buildBundle = ({ type, total, links, entries }: BundleParts): string => {
  const head = JSON.stringify({
    resourceType: 'Bundle',
    type,
    ...(total === undefined ? {} : { total }),
    ...(links === undefined ? {} : { link: links.map(({ relation, url }) => ({ relation, url })) }),
  });
  return entries.length === 0 ? head : `${head.slice(0, -1)},"entry":[${entries.join(',')}]}`;
};
