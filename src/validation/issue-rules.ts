import type { IssueCode } from '../fhir/issue.ts';

/**
 * Every rule that validation can find broken: its stable code, the issue type it is reported with, and one line of what it means.
 * `docs/errors.md` lists the same.
 */
export const issueRules = {
  'element-unknown': { code: 'structure', meaning: 'The type has no element of this name.' },
  'element-empty': {
    code: 'structure',
    meaning: 'An object, array or property is empty or null; leave it out instead.',
  },
  'cardinality-min': { code: 'required', meaning: 'An element is missing or occurs too rarely.' },
  'cardinality-max': { code: 'structure', meaning: 'An element occurs too often, or is not allowed here.' },
  'choice-many': { code: 'structure', meaning: 'More than one type of a choice element (value[x]) is present.' },
  'type-wrong': {
    code: 'structure',
    meaning: 'The JSON type or the data type of an element is not the one that its definition asks for.',
  },
  'resource-type-unknown': { code: 'structure', meaning: 'resourceType is missing or names no R4 resource type.' },
  'format-wrong': { code: 'value', meaning: 'A primitive value is not written as its data type asks.' },
  'value-suspicious': { code: 'value', meaning: 'A value is allowed, but looks like a mistake.' },
  'value-limit': { code: 'value', meaning: 'A value is longer, smaller or larger than allowed.' },
  'value-fixed': { code: 'value', meaning: 'A value differs from the one that a profile fixes.' },
  'value-pattern': { code: 'value', meaning: "A value lacks what a profile's pattern asks for." },
  'id-repeated': { code: 'value', meaning: 'Two elements of a resource have the same id.' },
  'code-not-in-value-set': {
    code: 'code-invalid',
    meaning: 'A code is not in the value set that its element is bound to.',
  },
  'code-not-judged': {
    code: 'not-supported',
    meaning: 'A code belongs to a code system that is not loaded here, so it was not judged.',
  },
  'code-unknown': { code: 'code-invalid', meaning: 'A code system that is loaded has no such code.' },
  'code-inactive': { code: 'code-invalid', meaning: 'A code is out of use, or will be.' },
  'code-display': { code: 'code-invalid', meaning: 'A display is not the one that the code system has for the code.' },
  'invariant-failed': { code: 'invariant', meaning: 'A rule across several elements does not hold.' },
  'invariant-not-judged': {
    code: 'not-supported',
    meaning: 'The expression of a rule cannot be read, so it was not judged.',
  },
  'slice-min': { code: 'required', meaning: 'A slice of a repeating element is missing or occurs too rarely.' },
  'slice-max': { code: 'structure', meaning: 'A slice of a repeating element occurs too often.' },
  'slice-closed': { code: 'structure', meaning: 'An item fits none of the slices of a closed list.' },
  'slice-order': { code: 'structure', meaning: 'Items are not in the order of their slices.' },
  'reference-format': {
    code: 'value',
    meaning: 'Reference.reference is neither Type/id, an absolute URL, a urn nor #id.',
  },
  'reference-target': {
    code: 'structure',
    meaning: 'A reference points to a type of resource that is not allowed here.',
  },
  'reference-aggregation': {
    code: 'structure',
    meaning: 'A reference points out of, or into, the resource or Bundle where the profile does not allow it.',
  },
  'reference-unresolved': { code: 'not-found', meaning: 'A reference says nothing, or names no entry of its Bundle.' },
  'reference-contained': { code: 'invariant', meaning: 'A reference #id names no contained resource.' },
  'extension-url': {
    code: 'extension',
    meaning: 'The url of an extension is not the whole URL of a definition, or names no part of the extension around.',
  },
  'extension-unknown': { code: 'extension', meaning: 'The definition of an extension is not loaded here.' },
  'extension-modifier': {
    code: 'extension',
    meaning: 'An extension that modifies stands under extension, or another one under modifierExtension.',
  },
  'extension-context': { code: 'extension', meaning: 'An extension stands in an element that it is not made for.' },
  'contained-nested': { code: 'structure', meaning: 'A contained resource contains another one.' },
  'contained-id': {
    code: 'required',
    meaning: 'A contained resource has no id, or one that another contained resource has.',
  },
  'contained-meta': {
    code: 'structure',
    meaning: 'A contained resource carries a version, a time of change or a security label.',
  },
  'contained-unreferenced': { code: 'invariant', meaning: 'Nothing refers to a contained resource.' },
  'bundle-full-url': {
    code: 'value',
    meaning: 'Bundle.entry.fullUrl is missing, not absolute, or names another resource than the entry holds.',
  },
  'bundle-entry': { code: 'structure', meaning: 'An entry is not what its type of Bundle asks for.' },
  'bundle-link': {
    code: 'structure',
    meaning: 'A link of a Bundle is there twice, or its type of Bundle has none such.',
  },
  'bundle-document': {
    code: 'not-found',
    meaning: 'A document lacks what its Composition refers to, or holds what nothing leads to.',
  },
  'profile-unknown': {
    code: 'not-found',
    meaning: 'A profile is not loaded here, so the resource was not judged by it.',
  },
  'profile-unusable': { code: 'not-supported', meaning: 'A profile is loaded here, but its definition is broken.' },
  'profiles-applied': { code: 'informational', meaning: 'Which definitions a resource was judged by.' },
  'profile-type': { code: 'structure', meaning: 'A profile is for another type of resource.' },
  'profile-mismatch': {
    code: 'structure',
    meaning: 'A value, or what a reference points to, conforms to none of the profiles that its element allows.',
  },
  'nesting-too-deep': { code: 'too-costly', meaning: 'Objects are nested too deeply to be judged.' },
} as const satisfies Record<string, { code: IssueCode; meaning: string }>;

/** A code of the catalogue of validation. */
export type IssueRule = keyof typeof issueRules;
