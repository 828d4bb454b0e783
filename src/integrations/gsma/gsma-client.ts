import { createHash } from 'node:crypto';
import type { Outgoing } from '../../security/outgoing.ts';

/** An answer of the provider; `body` is undefined where it is no JSON. */
export interface GsmaAnswer {
  status: number;
  body: unknown;
}

/** What is asked of a provider of mobile money. Rejects with `OutgoingError` where there is no answer. */
export interface GsmaClient {
  get(path: string): Promise<GsmaAnswer>;
  /** @param correlationId the same question that comes again has the same one */
  post(path: string, body: object, options: { correlationId: string; callbackUrl: string }): Promise<GsmaAnswer>;
}

/** A UUID that is always the same for the same parts. https://www.rfc-editor.org/rfc/rfc9562#section-5.8 */
export const correlationIdOf = (...parts: readonly string[]): string => {
  const bytes = createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

const jsonOf = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
};

/**
 * Makes the client of a provider.
 * @param options.url base of its API
 * @param options.apiKeys the key that the provider gave is the first one; without any, no key is sent
 */
export const gsmaClient = ({
  url,
  outgoing,
  apiKeys,
  now,
}: {
  url: string;
  outgoing: Outgoing;
  apiKeys: () => Promise<readonly string[]>;
  now: () => number;
}): GsmaClient => {
  const headersNow = async (): Promise<Record<string, string>> => {
    const [apiKey] = await apiKeys();
    const date = { 'x-date': new Date(now()).toISOString() };
    return apiKey === undefined ? date : { ...date, 'x-api-key': apiKey };
  };
  return {
    get: async path => {
      const { status, body } = await outgoing({ url: `${url}${path}`, headers: await headersNow() });
      return { status, body: jsonOf(body) };
    },
    post: async (path, sent, { correlationId, callbackUrl }) => {
      const { status, body } = await outgoing({
        url: `${url}${path}`,
        method: 'POST',
        headers: {
          ...(await headersNow()),
          'content-type': 'application/json',
          'x-correlationid': correlationId,
          'x-callback-url': callbackUrl,
        },
        body: JSON.stringify(sent),
      });
      return { status, body: jsonOf(body) };
    },
  };
};
