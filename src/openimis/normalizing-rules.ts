/**
 * The kinds of changes that normalising makes to what openIMIS and its clients send: a stable code and one line of what it means.
 * `docs/errors.md` lists the same. `not-normalized` is no change: a form that was recognised and left.
 */
export const normalizingRules = {
  'normalized-url':
    'A URL of the openIMIS guide had double slashes, was that of a web page, or is not the published one.',
  'normalized-system': 'A code system was relative, a web page, left out, or that of a neighbouring element.',
  'normalized-category': 'A category was given as text only.',
  'normalized-code': 'A code was in capitals, or a word of openIMIS that R4 does not have.',
  'normalized-identifier': 'An identifier was of a type from before `Code` and `UUID`.',
  'normalized-currency': 'A currency was given as `$`.',
  'normalized-boolean': 'A boolean was given as text.',
  'normalized-date': 'A date was given with a time of day.',
  'normalized-media-type': 'A media type was given as the suffix of a file.',
  'normalized-id': 'A UUID was written in capitals.',
  'normalized-reference': 'A reference named its target by code, by identifier, without a type, or in capitals.',
  'normalized-contained': 'A reference led to a contained resource by type and id.',
  'normalized-default': 'An element that R4 requires was left out, and openIMIS knows one value of it.',
  'normalized-insurance': 'A claim named no coverage, and its patient has exactly one in force.',
  'normalized-surplus': 'An element stood beside another one that excludes it.',
  'not-normalized': 'A form of openIMIS was recognised and left as it was; the text says why.',
} as const satisfies Record<string, string>;

/** A code of the catalogue of changes. */
export type NormalizingRule = keyof typeof normalizingRules;
