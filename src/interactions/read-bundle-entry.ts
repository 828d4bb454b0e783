import { FhirError, refuse } from '../fhir/fhir-error.ts';
import { isJsonObject, type JsonObject } from '../fhir/resource.ts';
import type { SplitEntry } from '../fhir/split-bundle.ts';
import { type BundleEntry, ENTRY_METHODS, type EntryConditions, type EntryMethod } from './bundle-entry.ts';
import type { Deps } from './context.ts';
import { enabledType } from './enabled-type.ts';
import { type EntryPath, readEntryPath, requireEntryId } from './entry-path.ts';
import { readEntryResource, requireFitting } from './entry-resource.ts';
import { atEntry } from './place-in-bundle.ts';

const malformed = (text: string, element = ''): FhirError =>
  refuse('bundle-entry-malformed', text, { expression: element });

const notOffered = (text: string): FhirError => refuse('bundle-entry-refused', text, { expression: 'request.url' });

type Target = Pick<BundleEntry, 'interaction' | 'resourceType' | 'id' | 'versionId' | 'operation'>;

const readTarget = ([first = '', second, third, fourth, ...more]: readonly string[]): Target | undefined => {
  if (more.length > 0) return undefined;
  if (first === '_history') {
    return second === undefined ? { interaction: 'history-system', resourceType: '' } : undefined;
  }
  const named = { resourceType: first };
  if (second === undefined) return { interaction: 'search-type', ...named };
  if (second === '_history') return third === undefined ? { interaction: 'history-type', ...named } : undefined;
  const instance = { ...named, id: second };
  if (third === undefined) return { interaction: 'read', ...instance };
  if (third !== '_history') return undefined;
  return fourth === undefined
    ? { interaction: 'history-instance', ...instance }
    : { interaction: 'vread', ...instance, versionId: fourth };
};

/** An operation on the system, a type or a single resource; undefined where the dollar sign stands elsewhere. */
const readOperation = (steps: readonly string[]): Target | undefined => {
  const code = steps.at(-1)!;
  const [resourceType = '', id, ...more] = steps.slice(0, -1);
  if (!code.startsWith('$') || more.length > 0 || resourceType.startsWith('$') || id?.startsWith('$')) return undefined;
  const at = id === undefined ? {} : { id };
  return { interaction: 'operation', resourceType, ...at, operation: code.slice(1) };
};

const WRITES: Readonly<Record<string, string>> = { PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/** What a method asks for at a path. @throws {FhirError} 400 where that is nothing that an entry can ask for */
const readAsked = (method: EntryMethod, { steps, query }: EntryPath): Target => {
  if (steps.length === 0) {
    if (method === 'GET' && query.length > 0) return { interaction: 'search-system', resourceType: '' };
    throw notOffered(
      'The url names the whole server, and a Bundle cannot hold another one. Write a path, like Patient/123.',
    );
  }
  const wrong = (): FhirError =>
    malformed(
      `There is nothing at this url for ${method}. Write Type/id, Type?criteria, or Type to create.`,
      'request.url',
    );
  if (steps.some(step => step.startsWith('$'))) {
    const target = method === 'GET' || method === 'POST' ? readOperation(steps) : undefined;
    if (target === undefined) throw wrong();
    return target;
  }
  if (method === 'GET' || method === 'HEAD') {
    if (steps.length === 1 && steps[0] === 'metadata') return { interaction: 'capabilities', resourceType: '' };
    const target = readTarget(steps);
    if (target === undefined) throw wrong();
    return target;
  }
  const [resourceType = '', id, ...more] = steps;
  if (more.length > 0 || id?.startsWith('_')) throw wrong();
  if (method === 'POST') {
    if (id !== undefined) throw wrong();
    if (query.length > 0) {
      throw malformed('Criteria of a creation stand in request.ifNoneExist, not in the url.', 'request.url');
    }
    return { interaction: 'create', resourceType };
  }
  return { interaction: WRITES[method]!, resourceType, ...(id === undefined ? {} : { id }) };
};

const CONDITIONS = ['ifMatch', 'ifNoneMatch', 'ifModifiedSince', 'ifNoneExist'] as const;

const readConditions = (request: JsonObject): EntryConditions => {
  const conditions: EntryConditions = {};
  for (const name of CONDITIONS) {
    const value = request[name];
    if (typeof value === 'string') conditions[name] = value;
  }
  return conditions;
};

const requireEnabled = (deps: Deps, { interaction, resourceType, id }: Target): void => {
  // Of these, whoever carries them out judges it.
  if (interaction === 'operation' || interaction === 'capabilities') return;
  if (resourceType === '') {
    if (deps.capability.interactions.has(interaction)) return;
    throw refuse('interaction-not-enabled', `${interaction} is not enabled on this server.`);
  }
  const type = enabledType(deps, resourceType, interaction);
  if (id !== undefined) requireEntryId(id);
  else if (
    interaction === 'delete' ? !type.conditionalDelete : interaction !== 'search-type' && !type.conditionalUpdate
  ) {
    if (interaction === 'create' || interaction === 'history-type') return;
    throw refuse('interaction-not-enabled', `${interaction} of ${resourceType} needs an id in the url here.`);
  }
};

const readRequest = ({ entry }: SplitEntry): { request: JsonObject; method: EntryMethod; url: string } => {
  const { request } = entry;
  if (!isJsonObject(request)) {
    throw malformed('The entry has no request. Add one, with method and url, like POST and Patient.', 'request');
  }
  const { method, url } = request;
  const known = ENTRY_METHODS.find(each => each === method);
  if (known === undefined) {
    throw malformed(`The method must be one of ${ENTRY_METHODS.join(', ')}, in capitals.`, 'request.method');
  }
  if (typeof url !== 'string') throw malformed('The request has no url. Add one, like Patient/123.', 'request.url');
  return { request, method: known, url };
};

/**
 * Reads one entry of a batch or transaction, and judges whether what it asks for is offered here.
 * @param broken is called for a resource that is not JSON
 * @throws {FhirError} 400, 404, 405 or 413, its expressions below the Bundle
 * https://hl7.org/fhir/R4/http.html#transaction
 */
export const readBundleEntry = (deps: Deps, split: SplitEntry, index: number, broken: () => never): BundleEntry => {
  try {
    const resource = readEntryResource(deps, split, broken);
    const { request, method, url } = readRequest(split);
    const path = readEntryPath(url, deps.settings.baseUrl);
    const asked = readAsked(method, path);
    requireEnabled(deps, asked);
    const entry: BundleEntry = { index, method, ...asked, parameters: path.query, conditions: readConditions(request) };
    const { fullUrl } = split.entry;
    if (typeof fullUrl === 'string') entry.fullUrl = fullUrl;
    if (resource !== undefined) entry.resource = resource;
    requireFitting(entry);
    return entry;
  } catch (error) {
    throw error instanceof FhirError && error.issues[0]?.rule !== 'json-malformed' ? atEntry(error, index) : error;
  }
};
