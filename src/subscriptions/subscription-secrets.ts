import { printResource } from '../fhir/stamp-resource.ts';
import type { Seal } from '../security/seal.ts';
import type { Change, Store } from '../store/store.ts';

/** No type of FHIR has such a name: no route leads to it. */
const SECRETS_TYPE = 'kiungo-subscription';

/** What stands for the value of a header wherever it can be read. */
const MASK = '***';

/** What belongs to a Subscription and is never shown. */
export interface SubscriptionSecrets {
  /** Headers by their names, as they were written. */
  headers: Readonly<Record<string, string>>;
  /** Scheme, host and port that the headers are for. */
  origin?: string;
  /** Who made it; undefined where clients are not told apart. */
  clientId?: string;
}

interface Stored {
  origin?: string;
  /** Sealed JSON. */
  headers?: string;
  clientId?: string;
}

const keyOf = (id: string) => ({ resourceType: SECRETS_TYPE, id });

/** Splits a line like `Authorization: Bearer abc`; undefined where it is none, or not one that can be sent. */
export const readHeaderLine = (line: string): readonly [name: string, value: string] | undefined => {
  const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}):[ \t]*([\x20-\x7e]{0,4000})$/.exec(line) ?? [];
  return name === undefined || value === undefined ? undefined : [name, value.trimEnd()];
};

/** The same line without its value. */
export const maskHeaderLine = (line: string): string => `${readHeaderLine(line)?.[0] ?? ''}: ${MASK}`;

/** Undefined where the key is another one, as in a store to which the documents of another were copied. */
const openHeaders = (seal: Seal, sealed: string, id: string): Record<string, string> | undefined => {
  try {
    return JSON.parse(seal.open(sealed, id)) as Record<string, string>;
  } catch {
    return undefined;
  }
};

/** Reads what is stored of a Subscription; `headers` are undefined where they cannot be read any more. */
export const readSecrets = async (
  store: Pick<Store, 'read'>,
  seal: Seal,
  id: string,
): Promise<
  Omit<SubscriptionSecrets, 'headers'> & { headers: Record<string, string> | undefined; versionId: number }
> => {
  const version = await store.read(keyOf(id));
  const { versionId = 0 } = version ?? {};
  if (version === undefined || version.method === 'DELETE') return { headers: {}, versionId };
  const { headers, origin, clientId } = JSON.parse(version.body) as Stored;
  return {
    ...(origin !== undefined && { origin }),
    ...(clientId !== undefined && { clientId }),
    headers: headers === undefined ? {} : openHeaders(seal, headers, id),
    versionId,
  };
};

/** The headers of lines; those that are masked keep the value that they had, and are undefined where they had none. */
export const headersOf = (
  lines: readonly string[],
  before: Readonly<Record<string, string>>,
): Record<string, string | undefined> =>
  Object.fromEntries(
    lines
      .map(readHeaderLine)
      .filter(line => line !== undefined)
      .map(([name, value]) => [name, value === MASK ? before[name] : value]),
  );

/** The change that keeps them, over the version that was read. */
export const secretsChange = (
  seal: Seal,
  id: string,
  { headers, ...rest }: SubscriptionSecrets,
  { over, lastUpdated }: { over: number; lastUpdated: number },
): Change => {
  const stored: Stored = {
    ...(Object.keys(headers).length > 0 && { headers: seal.close(JSON.stringify(headers), id) }),
    ...rest,
  };
  const version = { id, versionId: over + 1, lastUpdated };
  // Stamped like a resource, for it may be stored in a unit whose time is known only then.
  const text = printResource({ resourceType: SECRETS_TYPE, ...stored }, version);
  return { ...keyOf(id), ...version, method: over === 0 ? 'POST' : 'PUT', text, index: [] };
};

/** The change that leaves nothing of them. */
export const secretsErasure = (id: string, over: number, lastUpdated: number): Change => ({
  ...keyOf(id),
  ...{ versionId: over + 1, lastUpdated, method: 'DELETE', index: [], erases: true },
});
