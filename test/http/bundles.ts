import { expect } from 'vitest';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import type { Answer, TestServer } from './start-server.ts';

/** An entry of a batch or transaction. */
export type Entry = { fullUrl?: string; resource?: JsonObject; request: JsonObject } & JsonObject;

export const bundle = (type: string, ...entry: readonly JsonObject[]): Resource => ({
  resourceType: 'Bundle',
  type,
  ...(entry.length === 0 ? {} : { entry: [...entry] }),
});

const entryOf = (method: string, url: string, resource?: JsonObject, more: JsonObject = {}): Entry => ({
  ...(resource === undefined ? {} : { resource }),
  request: { method, url, ...more },
});

/** An entry that creates a resource; `more` goes into its request. */
export const creation = (resource: Resource, more: JsonObject = {}): Entry =>
  entryOf('POST', resource.resourceType, resource, more);
/** An entry that updates a resource under its id. */
export const update = (resource: Resource, more: JsonObject = {}): Entry =>
  entryOf('PUT', `${resource.resourceType}/${resource.id}`, resource, more);
export const deletion = (url: string, more: JsonObject = {}): Entry => entryOf('DELETE', url, undefined, more);
export const reading = (url: string, more: JsonObject = {}): Entry => entryOf('GET', url, undefined, more);
/** An entry that patches, with the operations of a JSON Patch. */
export const patching = (url: string, operations: readonly JsonObject[], more: JsonObject = {}): Entry =>
  entryOf(
    'PATCH',
    url,
    {
      resourceType: 'Binary',
      contentType: 'application/json-patch+json',
      data: Buffer.from(JSON.stringify(operations)).toString('base64'),
    },
    more,
  );
/** The same entry under a fullUrl. */
export const named = (fullUrl: string, entry: Entry): Entry => ({ ...entry, fullUrl });

/** A urn as entries go by. */
export const urn = (number: number): string => `urn:uuid:00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** A response entry, flat. */
export interface Responded {
  status: number;
  location?: string;
  etag?: string;
  lastModified?: string;
  outcome?: { issue: { severity: string; diagnostics: string; expression?: string[]; details: JsonObject }[] };
  resource?: Resource;
  /** Of the resource that was written, `Type/id`. */
  name?: string;
}

/** The entries of the answer to a batch or transaction that was carried out. */
export const respondedOf = (answer: Answer): Responded[] => {
  expect({ status: answer.status, text: answer.text }).toEqual({ status: 200, text: answer.text });
  const entries = (answer.body.entry ?? []) as unknown as { resource?: Resource; response: JsonObject }[];
  return entries.map(({ resource, response }) => {
    const { status, ...rest } = response;
    const name = /\/(\w+\/[^/]+)\/_history\/\d+$/.exec(String(response.location))?.[1];
    return {
      ...(rest as object),
      status: Number(String(status).slice(0, 3)),
      ...(resource === undefined ? {} : { resource }),
      ...(name === undefined ? {} : { name }),
    };
  });
};

/** Sends a batch or transaction and gives the entries of its answer. */
export const send = async (
  server: TestServer,
  type: 'batch' | 'transaction',
  entries: readonly JsonObject[],
  headers: Record<string, string> = {},
): Promise<Responded[]> => respondedOf(await server.post('/', bundle(type, ...entries), headers));

/** The rule of an entry that was refused. */
export const ruleOf = ({ outcome }: Responded): string | undefined =>
  (outcome?.issue[0]?.details as { coding: { code: string }[] } | undefined)?.coding[0]?.code;
