/** One link of a Bundle: where it stands in a series of pages. */
export interface BundleLink {
  relation: 'self' | 'first' | 'next' | 'previous';
  url: string;
}

/** What goes into a Bundle: the texts of its entries as JSON objects, in parts so that stored bytes are never parsed. */
export interface BundleParts {
  type: 'searchset' | 'history';
  total?: number;
  links: readonly BundleLink[];
  /** Each entry is the parts of one JSON object. */
  entries: readonly (readonly (Buffer | string)[])[];
}

/**
 * Puts a Bundle together from stored texts, byte for byte.
 * https://hl7.org/fhir/R4/bundle.html
 */
export const buildBundle = ({ type, total, links, entries }: BundleParts): Buffer => {
  const head = {
    resourceType: 'Bundle',
    type,
    ...(total === undefined ? {} : { total }),
    link: links.map(({ relation, url }) => ({ relation, url })),
  };
  const parts: Buffer[] = [Buffer.from(JSON.stringify(head).slice(0, -1))];
  entries.forEach((entry, index) => {
    parts.push(Buffer.from(index === 0 ? ',"entry":[' : ','));
    for (const part of entry) parts.push(typeof part === 'string' ? Buffer.from(part) : part);
  });
  parts.push(Buffer.from(entries.length === 0 ? '}' : ']}'));
  return Buffer.concat(parts);
};
