import { FhirError } from '../../fhir/fhir-error.ts';
import { isJsonObject, type Json, type JsonObject } from '../../fhir/resource.ts';
import type { Deps } from '../../interactions/context.ts';
import { create } from '../../interactions/create.ts';
import { versionToEtag } from '../../interactions/etag.ts';
import { untilUndisturbed } from '../../interactions/until-undisturbed.ts';
import { update } from '../../interactions/update.ts';
import { mergeFacility } from './merge-facility.ts';
import { FACILITY_TYPES } from './read-source.ts';

/** What taking a facility needs. */
export interface TakeContext {
  deps: Deps;
  /** Base of the source's API. */
  url: string;
}

/** What became of a change. `waits`: it refers to what is not here yet. */
export type Taken = 'unchanged' | 'created' | 'updated' | 'ended' | 'waits';

/** More than one record here has the numbers of one of the source. */
export class Ambiguous extends Error {}

const DISTURBED = 412;

interface Coded {
  system: string;
  code: string;
}

/** The number by which a record here is known to be the one of the source. */
const sourceNumber = (url: string, reference: string): Coded => {
  const [type, id] = reference.split('/') as [string, string];
  return { system: `${url}/${type}`, code: id };
};

const withNumbers = async ({ store }: Deps, resourceType: string, anyOf: readonly Coded[]): Promise<string[]> => {
  if (anyOf.length === 0) return [];
  const where = [{ kind: 'token' as const, parameter: 'identifier', anyOf }];
  const { versions } = await store.search({ resourceType, where, sort: [], count: 2, total: 'none' });
  return versions.map(({ id }) => id);
};

const numbersOf = ({ identifier }: JsonObject): Coded[] =>
  (Array.isArray(identifier) ? identifier.filter(isJsonObject) : []).flatMap(({ system, value }) =>
    typeof system === 'string' && typeof value === 'string' ? [{ system, code: value }] : [],
  );

/** Id of the record here that is one of the source. */
const ownIdOf = async ({ deps, url }: TakeContext, reference: string): Promise<string | undefined> =>
  (await withNumbers(deps, reference.split('/')[0]!, [sourceNumber(url, reference)]))[0];

/** The reference at the source, `Location/1`; undefined where it is to something else. */
const facilityReferred = (url: string, reference: string): string | undefined => {
  const relative = reference.startsWith(`${url}/`) ? reference.slice(url.length + 1) : reference;
  const [type, id, ...rest] = relative.split('/');
  const isOfThese = FACILITY_TYPES.some(each => each === type);
  return isOfThese && id !== undefined && rest.length === 0 ? `${type}/${id}` : undefined;
};

/**
 * With references to records here in place of those at the source; those to what is not imported lead nowhere and are left out, but for how they are called.
 * Undefined where one is to what is not here yet.
 */
const withOwnReferences = async (context: TakeContext, value: Json): Promise<Json | undefined> => {
  if (Array.isArray(value)) {
    const items = await Promise.all(value.map(item => withOwnReferences(context, item)));
    return items.some(item => item === undefined) ? undefined : (items as Json[]);
  }
  if (!isJsonObject(value)) return value;
  const entries: [string, Json][] = [];
  for (const [name, item] of Object.entries(value)) {
    if (name === 'reference' && typeof item === 'string' && !item.startsWith('#')) {
      const referred = facilityReferred(context.url, item);
      const id = referred === undefined ? undefined : await ownIdOf(context, referred);
      if (referred !== undefined && id === undefined) return undefined;
      if (referred !== undefined) entries.push([name, `${referred.split('/')[0]}/${id}`]);
      continue;
    }
    const own = await withOwnReferences(context, item!);
    if (own === undefined) return undefined;
    if (!isJsonObject(own) || Object.keys(own).length > 0) entries.push([name, own]);
  }
  return Object.fromEntries(entries);
};

const bytesOf = (resource: JsonObject): Buffer => Buffer.from(JSON.stringify(resource));

const change = (
  deps: Deps,
  { resourceType, id }: { resourceType: string; id: string },
  next: (known: JsonObject) => JsonObject,
): Promise<boolean> =>
  untilUndisturbed(async () => {
    const version = await deps.store.read({ resourceType, id });
    if (version === undefined || version.method === 'DELETE') return false;
    const ifMatch = versionToEtag(version.versionId);
    const body = bytesOf({ ...next(JSON.parse(version.body) as JsonObject), id });
    try {
      const written = await update(deps, { resourceType, id, body, ifMatch });
      return written.version?.versionId !== version.versionId;
    } catch (error) {
      if (error instanceof FhirError && error.status === DISTURBED) return undefined;
      throw error;
    }
  });

/** It stays, because claims of before refer to it. */
const ended = (known: JsonObject): JsonObject =>
  known.resourceType === 'Location' ? { ...known, status: 'inactive' } : { ...known, active: false };

/** Under the id of the source where that was never taken here. */
const add = async ({ deps }: TakeContext, reference: string, resource: JsonObject): Promise<void> => {
  const [resourceType, id] = reference.split('/') as [string, string];
  const isTaken = (await deps.store.read({ resourceType, id })) !== undefined;
  if (isTaken) await create(deps, { resourceType, body: bytesOf(resource) });
  else await update(deps, { resourceType, id, body: bytesOf({ ...resource, id }), ifNoneMatch: '*' });
};

/**
 * Takes a change of a facility: the record here that is known to be the same, or has one of its numbers, is changed; there is a new one where there is none.
 * What was deleted at the source is not active here any more.
 * @throws {Ambiguous}
 * @throws {FhirError} where it cannot be stored
 */
export const takeFacility = async (
  context: TakeContext,
  reference: string,
  told: JsonObject | 'deleted',
): Promise<Taken> => {
  const { deps, url } = context;
  const resourceType = reference.split('/')[0]!;
  const own = await ownIdOf(context, reference);
  if (told === 'deleted') {
    if (own === undefined) return 'unchanged';
    return (await change(deps, { resourceType, id: own }, ended)) ? 'ended' : 'unchanged';
  }
  const { id: _, meta: __, ...content } = told;
  const number = sourceNumber(url, reference);
  const identifier = [
    ...(Array.isArray(told.identifier) ? told.identifier : []),
    { system: number.system, value: number.code },
  ];
  const resource = (await withOwnReferences(context, { ...content, identifier })) as JsonObject | undefined;
  if (resource === undefined) return 'waits';
  const [found, ...others] = own === undefined ? await withNumbers(deps, resourceType, numbersOf(told)) : [own];
  if (others.length > 0) throw new Ambiguous('has numbers of more than one record here');
  if (found === undefined) {
    await add(context, reference, resource);
    return 'created';
  }
  const isNew = await change(deps, { resourceType, id: found }, known => mergeFacility(known, resource));
  return isNew ? 'updated' : 'unchanged';
};
