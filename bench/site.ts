import scheme from '../scheme/demo.json' with { type: 'json' };
import { benchPatients, claimBody } from './claim-body.ts';
import type { LoadAnswer } from './load.ts';
import type { MeasuredProcess } from './measured-process.ts';

/** A server that workloads run against, and what they share about it. */
export interface Site extends Pick<MeasuredProcess, 'origin' | 'usage' | 'stop'> {
  /** What tells its figures from ours in the JSON: empty for ours. */
  name: string;
  /** Path of its FHIR API. */
  base: string;
  /** What each request brings along beside its own headers. */
  headers(): Record<string, string>;
  /** Ids of claims that are stored there, in the order of their answers. */
  claimIds: string[];
  /** A number that no claim of this site has had. */
  nextNumber(): number;
  /** Keeps the id of a claim that was created. */
  noteClaim(answer: LoadAnswer): void;
}

/** Claims that are there before anything is measured. */
const FIRST_CLAIMS = 200;
const AT_A_TIME = 50;

interface Sent {
  method: 'PUT' | 'POST';
  path: string;
  body: string;
}

const send = async (site: Site, { method, path, body }: Sent): Promise<void> => {
  const answer = await fetch(`${site.origin}${site.base}/${path}`, {
    method,
    headers: { 'content-type': 'application/fhir+json', prefer: 'return=minimal', ...site.headers() },
    body,
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${site.origin}: ${method} ${path}: ${answer.status} ${text.slice(0, 2000)}`);
  if (method === 'POST')
    site.noteClaim({ status: answer.status, body: text, headers: Object.fromEntries(answer.headers) });
};

/** Stores resources under their own ids, many at a time; none may refer to one that comes later. */
export const putAll = (site: Site, resources: readonly { resourceType: string; id: string }[]): Promise<void> =>
  inGroups(resources, resource => put(site, resource));

const put = (site: Site, resource: { resourceType: string; id: string }): Promise<void> =>
  send(site, { method: 'PUT', path: `${resource.resourceType}/${resource.id}`, body: JSON.stringify(resource) });

const inGroups = async <T>(items: readonly T[], each: (item: T) => Promise<void>): Promise<void> => {
  for (let from = 0; from < items.length; from += AT_A_TIME) {
    await Promise.all(items.slice(from, from + AT_A_TIME).map(each));
  }
};

/** A site of a running server. `firstNumber` is above those of the claims that it has. */
export const createSite = (
  { origin, usage, stop }: Pick<MeasuredProcess, 'origin' | 'usage' | 'stop'>,
  {
    name = '',
    base = '/fhir',
    firstNumber = 0,
    headers = () => ({}),
  }: Partial<Pick<Site, 'name' | 'base' | 'headers'> & { firstNumber: number }> = {},
): Site => {
  let number = firstNumber;
  const claimIds: string[] = [];
  return {
    name,
    origin,
    base,
    headers,
    usage,
    stop,
    claimIds,
    nextNumber: () => number++,
    noteClaim: ({ headers }) => {
      const id = /Claim\/([^/]+)/.exec(headers.location ?? headers.Location ?? '')?.[1];
      if (id !== undefined) claimIds.push(id);
    },
  };
};

/** Stores the scheme of the demo, the patients of the bench and some claims, by plain FHIR REST. @throws {Error} where one is refused */
export const enrol = async (site: Site): Promise<void> => {
  for (const { resource } of scheme.entry) await put(site, resource);
  const patients = benchPatients();
  // A Coverage refers to its Patient, which stands before it.
  for (const type of ['Patient', 'Coverage']) {
    await putAll(
      site,
      patients.filter(({ resourceType }) => resourceType === type),
    );
  }
  const bodies = Array.from({ length: FIRST_CLAIMS }, () => claimBody(site.nextNumber()));
  await inGroups(bodies, body => send(site, { method: 'POST', path: 'Claim', body }));
};
