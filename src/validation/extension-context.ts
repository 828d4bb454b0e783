import { ExpressionError, expressionFor } from '../fhir/fhirpath/expression.ts';
import { isJsonObject, type JsonObject } from '../fhir/resource.ts';
import type { ElementPlace, ExtensionDefinition, ExtensionSite, Scope } from './plan.ts';

const anywhere = new Set(['Element', 'Any', 'Base']);
/** Resources whose definition has a url of its own go by these names, which are no types of R4. */
const canonicalResources = new Set(['CanonicalResource', 'MetadataResource']);
/** In the values that a definition shows as examples or asks for, any extension may stand. */
const shownValue = /^ElementDefinition\.(?:example|fixed|pattern|defaultValue|minValue|maxValue)/;

const withoutChoice = (path: string) => path.replaceAll('[x]', '');

/** `Patient.name` with each type that a Patient is: `DomainResource.name` and so on. */
function isPath(expression: string, { path, roots }: ElementPlace): boolean {
  const plain = withoutChoice(path);
  if (expression === plain) return true;
  const dot = plain.indexOf('.');
  return roots.some(root => expression === root + plain.slice(dot));
}

/** Of a value in a data type in another element only the data type is known: `Identifier.period`, and not `Claim.identifier.period`. */
function mayBeDeeper(expression: string, { path, isOfResource }: ElementPlace): boolean {
  const steps = expression.split('.');
  return !isOfResource && steps.length > 2 && steps.at(-1) === withoutChoice(path).split('.').at(-1);
}

function isElement(stated: string, site: ExtensionSite, place: ElementPlace | undefined): boolean {
  const expression = withoutChoice(stated.slice(stated.indexOf('#') + 1));
  if (anywhere.has(expression) || site.types.includes(expression)) return true;
  if (site.isResource) return canonicalResources.has(expression);
  const own = site.place ?? place;
  if (own === undefined) return false;
  return (
    own.type === expression || shownValue.test(own.path) || isPath(expression, own) || mayBeDeeper(expression, own)
  );
}

/** Whether an extension may stand at a site in every resource, wherever the site's type is used. */
export const isAlwaysInContext = ({ contexts, invariants }: ExtensionDefinition, site: ExtensionSite): boolean =>
  invariants.length === 0 &&
  (contexts.length === 0 ||
    contexts.some(({ type, expression }) => type === 'element' && isElement(expression, site, undefined)));

function isSelected(expression: string, owner: JsonObject, scope: Scope, place: ElementPlace | undefined): boolean {
  try {
    const selected = expressionFor(expression).select(scope.resource, scope);
    // A primitive has no identity of its own in JSON.
    return selected.includes(owner) || (place !== undefined && selected.some(value => !isJsonObject(value)));
  } catch (error) {
    if (error instanceof ExpressionError) return true;
    throw error;
  }
}

/**
 * Whether an extension may stand in `owner` by one of its contexts; true where none is stated, or where it cannot be told.
 * https://hl7.org/fhir/R4/defining-extensions.html#context
 */
export function isInContext(
  { contexts }: ExtensionDefinition,
  site: ExtensionSite,
  owner: JsonObject,
  scope: Scope,
  place: ElementPlace | undefined,
): boolean {
  if (contexts.length === 0) return true;
  return contexts.some(context => {
    if (context.type === 'fhirpath') return isSelected(context.expression, owner, scope, place);
    if (context.type === 'element') return isElement(context.expression, site, place);
    return site.isExtension ? owner.url === context.expression : place?.path === 'Extension.value[x]';
  });
}

/** The contextInvariant that does not hold for the element that an extension stands in. */
export function brokenInvariant(
  { invariants }: ExtensionDefinition,
  owner: JsonObject,
  scope: Scope,
  place: ElementPlace | undefined,
): string | undefined {
  return invariants.find(expression => {
    try {
      // Of a primitive only the object beside it is at hand.
      return place?.isPrimitive !== true && !expressionFor(expression).test(owner, scope);
    } catch (error) {
      if (error instanceof ExpressionError) return false;
      throw error;
    }
  });
}
