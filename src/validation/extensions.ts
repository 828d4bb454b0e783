import type { JsonObject } from '../fhir/resource.ts';
import { brokenInvariant, isAlwaysInContext, isInContext } from './extension-context.ts';
import { list, shownUrl } from './messages.ts';
import type {
  ElementPlace,
  ExtensionDefinition,
  ExtensionPlan,
  ExtensionSite,
  NativeRule,
  ProfileReference,
  Scope,
} from './plan.ts';
import type { Report } from './report.ts';

const [V, UNDERSCORE] = [118, 95];

function hasValue(extension: JsonObject): boolean {
  for (const name in extension) {
    const first = name.charCodeAt(0);
    if ((first === V || first === UNDERSCORE) && (name.startsWith('value') || name.startsWith('_value'))) return true;
  }
  return false;
}

const hasOne = (extension: JsonObject) => (extension.extension !== undefined) !== hasValue(extension);

/** An extension has either a value or extensions (ext-1). https://hl7.org/fhir/R4/extensibility.html */
export const extensionRule: NativeRule = {
  holds: value => hasOne(value as JsonObject),
  explain(value, _scope, path, report) {
    if (hasOne(value as JsonObject)) return;
    const text = hasValue(value as JsonObject)
      ? 'An extension has either a value[x] or extensions inside it, not both. Remove one.'
      : 'An extension needs a value[x], or extensions inside it. Add one.';
    report.error('invariant-failed', path, `Rule ext-1 does not hold: ${text}`);
  },
};

/** What the plans of extensions need from the rest of validation. */
export interface ExtensionJudges {
  definitionOf(url: string): ExtensionDefinition | undefined;
  conforms(value: unknown, profile: ProfileReference, scope: Scope): boolean;
  /** What becomes of an extension whose definition is not loaded. One that modifies is refused in any case. */
  unknown: 'warn' | 'refuse';
}

type Fault = 'relative' | 'version' | 'unknown' | 'part' | 'modifier' | 'context' | 'invariant';

/** The published examples of R4 mark urls that they invented so. */
const invented = 'http://example.org/do-not-use/';

/** Extensions in one place, each judged by the definition that its url names. https://hl7.org/fhir/R4/extensibility.html */
export function extensionPlan(site: ExtensionSite, judges: ExtensionJudges): ExtensionPlan {
  const isRefused = (url: string) => judges.unknown === 'refuse' || (site.isModifier && !url.startsWith(invented));

  /** The parts of an extension have names that only this extension knows; all other urls are whole. */
  const definitionOf = (url: string) => (url.includes(':') ? judges.definitionOf(url) : undefined);

  const partFault = ({ url: around }: JsonObject, url: string): Fault | undefined => {
    if (!site.isExtension) return 'relative';
    const whole = typeof around === 'string' ? definitionOf(around) : undefined;
    return whole === undefined || whole.parts.size === 0 || whole.parts.has(url) ? undefined : 'part';
  };

  const faultOf = (
    url: string,
    definition: ExtensionDefinition | undefined,
    owner: JsonObject,
    scope: Scope,
    place: ElementPlace | undefined,
  ): Fault | undefined => {
    if (definition === undefined) {
      if (!url.includes(':')) return partFault(owner, url);
      return isRefused(url) ? 'unknown' : undefined;
    }
    if (url !== definition.profile.url && url.includes('|')) return 'version';
    if (definition.isModifier !== site.isModifier) return 'modifier';
    if (!isInContext(definition, site, owner, scope, place)) return 'context';
    return brokenInvariant(definition, owner, scope, place) === undefined ? undefined : 'invariant';
  };

  return {
    holds(value, owner, scope, place) {
      const { url } = value as JsonObject;
      if (typeof url !== 'string') return true;
      const definition = definitionOf(url);
      if (definition?.freeSites.has(site) !== true) {
        if (faultOf(url, definition, owner as JsonObject, scope, place) !== undefined) return false;
        if (definition === undefined) return true;
        if (isAlwaysInContext(definition, site)) definition.freeSites.add(site);
      }
      return judges.conforms(value, definition.profile, scope);
    },
    explain(value, owner, scope, place, path, report) {
      const { url } = value;
      if (typeof url !== 'string') return undefined;
      const definition = definitionOf(url);
      const fault = faultOf(url, definition, owner, scope, place);
      if (fault !== undefined) reportFault(fault, url, definition, { site, owner, scope, place }, path, report);
      else if (definition === undefined && url.includes(':')) {
        const text = `The definition of extension ${shownUrl(url)} is not loaded here, so the extension was not judged by it.`;
        report.advice('extension-unknown', path, text);
      }
      return fault === 'version' ? undefined : definition?.profile;
    },
  };
}

interface Where {
  readonly site: ExtensionSite;
  readonly owner: JsonObject;
  readonly scope: Scope;
  readonly place: ElementPlace | undefined;
}

function reportFault(
  fault: Fault,
  url: string,
  definition: ExtensionDefinition | undefined,
  { site, owner, scope, place }: Where,
  path: string,
  report: Report,
): void {
  switch (fault) {
    case 'relative':
      report.error(
        'extension-url',
        `${path}.url`,
        'The url of an extension is the whole canonical URL of its definition, such as http://example.org/fhir/StructureDefinition/x. Write it whole.',
      );
      return;
    case 'version':
      report.error(
        'extension-url',
        `${path}.url`,
        'The url of an extension has no version. Leave out | and the version.',
      );
      return;
    case 'part':
      report.error(
        'extension-url',
        `${path}.url`,
        'The extension around has no part of this name. Take a name that its definition lists.',
      );
      return;
    case 'unknown': {
      const why = site.isModifier
        ? 'it may change the meaning of what it stands in'
        : 'this server takes known ones only';
      const how = 'Leave it out, or have the operator load its definition (KIUNGO_PACKAGES).';
      report.error(
        'extension-unknown',
        path,
        `The definition of extension ${shownUrl(url)} is not loaded here, and ${why}. ${how}`,
      );
      return;
    }
    case 'modifier': {
      const name = site.isModifier ? 'extension' : 'modifierExtension';
      report.error('extension-modifier', path, `Extension ${url} belongs under \`${name}\`. Move it there.`);
      return;
    }
    case 'context': {
      const places = list(definition?.contexts.map(({ expression }) => expression) ?? [], 'or');
      report.error('extension-context', path, `Extension ${url} may not stand here. It may in ${places}.`);
      return;
    }
    case 'invariant': {
      const broken = definition && brokenInvariant(definition, owner, scope, place);
      report.error('extension-context', path, `Extension ${url} may stand only where this holds: ${broken}`);
    }
  }
}
