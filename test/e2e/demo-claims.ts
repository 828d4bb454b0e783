import { malariaClaim } from '../../scripts/demo/requests.ts';
import { readDemoScheme } from '../../scripts/demo/scheme.ts';
import type { JsonObject } from '../../src/fhir/resource.ts';
import type { Connections } from './connections.ts';

const today = new Date().toISOString().slice(0, 10);

/** Stores the demo scheme (places, facilities, price list, families, cover) on a server. */
export const loadDemoScheme = async (url: string, { send }: Connections): Promise<void> => {
  for (const resource of await readDemoScheme(Number(today.slice(0, 4)))) {
    const { resourceType, id } = resource;
    const { status, text } = await send('PUT', `${url}/${resourceType}/${id}`, JSON.stringify(resource));
    if (status !== 200 && status !== 201) throw new Error(`${resourceType}/${id}: ${status} ${text}`);
  }
};

/** The text of a good claim under the demo scheme with a business identifier of its own. */
export const claimText = (code: string): string => {
  const claim = malariaClaim(today);
  const [identifier] = claim.identifier as JsonObject[];
  return JSON.stringify({ ...claim, identifier: [{ ...identifier, value: code }] });
};

/** Every resource of a type that a server has, page by page. */
export const readAll = async (url: string, type: string, { send }: Connections): Promise<JsonObject[]> => {
  const found: JsonObject[] = [];
  let next: string | undefined = `${url}/${type}?_count=500`;
  while (next !== undefined) {
    const { status, text } = await send('GET', next);
    if (status !== 200) throw new Error(`${next}: ${status} ${text}`);
    const { entry = [], link } = JSON.parse(text) as {
      entry?: { resource: JsonObject }[];
      link: { relation: string; url: string }[];
    };
    found.push(...entry.map(({ resource }) => resource));
    next = link.find(({ relation }) => relation === 'next')?.url;
  }
  return found;
};
