import type { Definitions } from '../definitions/definitions.ts';
import { FhirError } from '../fhir/fhir-error.ts';
import { expressionName, isReference } from '../fhir/reference.ts';
import { replaceTexts } from '../fhir/replace-texts.ts';
import { isJsonObject, type Json, type JsonObject, type Resource } from '../fhir/resource.ts';
import type { Criteria } from './criteria.ts';
import { typeOfElement } from './type-of-element.ts';

/** What the references of a Bundle are resolved with. */
export interface Resolution {
  definitions: Definitions;
  /** Of this server, without a slash at the end. */
  baseUrl: string;
  /** `Type/id` of each entry that will be there, by its fullUrl. */
  targets: ReadonlyMap<string, string>;
  /** `Type/id` of the one resource that criteria match. @throws {FhirError} 412 where they match none or several */
  find(resourceType: string, criteria: Criteria): Promise<string>;
}

/** A text in a resource that may have to be replaced, and the number of it among the texts. */
interface Candidate {
  number: number;
  text: string;
  holder: JsonObject | Json[];
  key: string | number;
  /** The names of the elements that lead to it, without indexes, from the resource on that it stands in. */
  names: readonly string[];
  resourceType: string;
  expression: string;
}

const URIS: ReadonlySet<string> = new Set(['uri', 'url', 'canonical', 'oid', 'uuid']);
const CRITERIA = /^([A-Z][A-Za-z]+)\?(.+)$/s;
/** The base that a fullUrl is below, where it is that of a resource on a server. */
const REST = /^(https?:\/\/.+)\/[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/;
/** Where narrative refers to something. https://hl7.org/fhir/R4/http.html#trules */
const LINK = /(<(?:a\b[^<>]*?\shref|img\b[^<>]*?\ssrc)\s*=\s*)("[^"]*"|'[^']*')/g;

/** Every text that may refer to something, in the order in which they stand. */
const candidatesOf = (resource: Resource, mayRefer: (text: string, key: string | number) => boolean): Candidate[] => {
  const found: Candidate[] = [];
  /** Names and indexes that lead to the place, and from where on they are those of the resource around it. */
  const path: (string | number)[] = [];
  let from = 0;
  let resourceType = '';
  let number = 0;
  const visit = (value: Json, holder: JsonObject | Json[], key: string | number): void => {
    path.push(key);
    if (typeof value === 'string') {
      if (mayRefer(value, key)) {
        const names = path.slice(from).filter(step => typeof step === 'string');
        const expression = expressionOf(resource.resourceType, path);
        found.push({ number, text: value, holder, key, names, resourceType, expression });
      }
      number++;
    } else if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index++) visit(value[index]!, value, index);
    } else if (isJsonObject(value)) {
      visitMembers(value);
    }
    path.pop();
  };
  const visitMembers = (holder: JsonObject): void => {
    const around = { from, resourceType };
    if (typeof holder.resourceType === 'string') {
      from = path.length;
      resourceType = holder.resourceType;
    }
    for (const key in holder) visit(holder[key]!, holder, key);
    ({ from, resourceType } = around);
  };
  visitMembers(resource);
  return found;
};

const expressionOf = (resourceType: string, path: readonly (string | number)[]): string => {
  let expression = resourceType;
  for (const [at, step] of path.entries()) {
    const isList = typeof path[at + 1] === 'number';
    expression += typeof step === 'number' ? `[${step}]` : `.${expressionName(step, isList, resourceType)}`;
  }
  return expression;
};

/** The fullUrl that a text means: it is that url, or relative to the base that the entry itself is below. */
const targetOf = ({ targets, baseUrl }: Resolution, text: string, fullUrl: string | undefined): string | undefined => {
  const target = targets.get(text);
  if (target !== undefined || text.includes(':')) return target;
  const base = (fullUrl === undefined ? undefined : REST.exec(fullUrl)?.[1]) ?? baseUrl;
  return targets.get(`${base}/${text}`);
};

const isUri = ({ definitions }: Resolution, { resourceType, names }: Candidate): boolean =>
  URIS.has(typeOfElement(definitions, resourceType, names) ?? '');

const relink = ({ targets }: Resolution, narrative: string): string =>
  narrative.replace(LINK, (whole, before: string, quoted: string) => {
    const target = targets.get(quoted.slice(1, -1));
    return target === undefined ? whole : `${before}"${target}"`;
  });

const criteriaOf = (text: string, baseUrl: string): { resourceType: string; criteria: Criteria } | undefined => {
  const match = CRITERIA.exec(text.startsWith(`${baseUrl}/`) ? text.slice(baseUrl.length + 1) : text);
  return match === null ? undefined : { resourceType: match[1]!, criteria: [...new URLSearchParams(match[2]!)] };
};

/** What stands in place of a text; undefined where it stays. */
const replacementOf = async (
  resolution: Resolution,
  candidate: Candidate,
  fullUrl: string | undefined,
): Promise<string | undefined> => {
  const { text, holder, key } = candidate;
  if (key === 'reference' && isJsonObject(holder) && isReference(holder)) {
    const target = targetOf(resolution, text, fullUrl);
    if (target !== undefined) return target;
    const named = criteriaOf(text, resolution.baseUrl);
    return named && resolution.find(named.resourceType, named.criteria);
  }
  if (key === 'div') return relink(resolution, text);
  const target = resolution.targets.get(text);
  return target !== undefined && isUri(resolution, candidate) ? target : undefined;
};

/**
 * Replaces in a resource what refers to other entries of its transaction: references, elements of type uri, url, canonical, oid and uuid
 * whose text is the fullUrl of an entry, and links in narrative. References by criteria become references to what the criteria match.
 * All else stays as it was written.
 * @returns the resource and its text, and a refusal for each reference whose criteria do not match one resource
 * https://hl7.org/fhir/R4/http.html#trules
 */
export const resolveReferences = async (
  resolution: Resolution,
  { value, text, fullUrl }: { value: Resource; text: string; fullUrl: string | undefined },
): Promise<{ value: Resource; text: string; faults: FhirError[] }> => {
  const replacements = new Map<number, string>();
  const faults: FhirError[] = [];
  const { targets } = resolution;
  const mayRefer = (found: string, key: string | number): boolean =>
    key === 'reference'
      ? targets.size > 0 || found.includes('?')
      : targets.size > 0 && (key === 'div' ? found.includes('<a') || found.includes('<img') : targets.has(found));
  for (const candidate of candidatesOf(value, mayRefer)) {
    const { number, expression } = candidate;
    try {
      const replacement = await replacementOf(resolution, candidate, fullUrl);
      if (replacement === undefined || replacement === candidate.text) continue;
      replacements.set(number, replacement);
    } catch (error) {
      faults.push(refuseAt(error, expression));
    }
  }
  if (replacements.size === 0) return { value, text, faults };
  const replaced = replaceTexts(text, replacements);
  return { value: JSON.parse(replaced) as Resource, text: replaced, faults };
};

const refuseAt = (error: unknown, expression: string): FhirError => {
  if (!(error instanceof FhirError)) throw error;
  return new FhirError(
    error.status,
    error.issues.map(issue => ({ ...issue, expression })),
  );
};
