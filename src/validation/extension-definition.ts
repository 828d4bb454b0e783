import type { ElementDefinition, StructureWithSnapshot } from '../definitions/definitions.ts';
import type { ExtensionDefinition, ProfileReference } from './plan.ts';
import { valueFor } from './snapshot-tree.ts';

const FHIR = 'http://hl7.org/fhir/StructureDefinition/';

/** Where R4's own resources carry extensions beyond what the contexts of these say. */
const practice: Readonly<Record<string, string>> = {
  [`${FHIR}capabilitystatement-expectation`]: 'Element',
  [`${FHIR}capabilitystatement-prohibited`]: 'Element',
  [`${FHIR}regex`]: 'ElementDefinition.type',
  [`${FHIR}structuredefinition-fhir-type`]: 'ElementDefinition.type',
  [`${FHIR}structuredefinition-normative-version`]: 'Element',
  [`${FHIR}valueset-concept-comments`]: 'CodeSystem.concept',
};

/** A part that a closed list does not have is refused by the list. */
const isClosed = (elements: readonly ElementDefinition[]) =>
  elements.find(({ path }) => path === 'Extension.extension')?.slicing?.rules === 'closed';

/**
 * What a loaded definition says of an extension besides the profile of its content: where it may stand, whether it modifies, and the urls
 * of its parts. https://hl7.org/fhir/R4/defining-extensions.html
 */
export function extensionDefinition(
  { url, snapshot, context = [], contextInvariant = [] }: StructureWithSnapshot,
  profile: ProfileReference,
): ExtensionDefinition {
  const parts = new Set<string>();
  for (const element of isClosed(snapshot.element) ? [] : snapshot.element) {
    if (element.path !== 'Extension.extension.url') continue;
    const part = valueFor(element, 'fixed') ?? valueFor(element, 'pattern');
    if (typeof part === 'string') parts.add(part);
  }
  return {
    profile,
    isModifier: snapshot.element[0]?.isModifier === true,
    contexts: Object.hasOwn(practice, url) ? [...context, { type: 'element', expression: practice[url]! }] : context,
    // What they say of the extension itself cannot be asked of the element around it.
    invariants: contextInvariant.filter(expression => !expression.includes('%extension')),
    parts,
    freeSites: new Set(),
  };
}
