import { readFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { machineNow } from '../src/clock.ts';
import type { Config } from '../src/config.ts';
import { createAccessTokens } from '../src/security/access-token.ts';
import { readSigningKey } from '../src/store/read-signing-key.ts';

/** What the server on this machine has answered. */
export interface Answer {
  status: number;
  etag: string | undefined;
  body: Record<string, unknown>;
}

/** Asks the server on this machine in the operator's name; its certificate must be the very one of the settings, whatever it is called here. */
export const createAsk = async (
  config: Config,
): Promise<(method: string, path: string, body?: object, etag?: string) => Promise<Answer>> => {
  const isTls = config.tlsCert !== '';
  const pinned = isTls
    ? { ca: await readFile(config.tlsCert), allowPartialTrustChain: true, checkServerIdentity: () => undefined }
    : {};
  const wildcard: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  const host = wildcard[config.host] ?? config.host;
  const tokens = createAccessTokens(readSigningKey(config.store), { find: () => undefined, readOn: async () => {} });
  return async (method, path, body, etag) => {
    const headers = {
      authorization: `Bearer ${tokens.issueToOperator(machineNow())}`,
      'content-type': 'application/json',
      ...(etag !== undefined && { 'if-match': etag }),
    };
    const send = isTls ? httpsRequest : httpRequest;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      send({ host, port: config.port, method, path, headers, agent: false, ...pinned }, resolve)
        .on('error', error => {
          const where = `${host}:${config.port} (KIUNGO_HOST, KIUNGO_PORT)`;
          reject(
            new Error(`The store is in use, but no server answers at ${where}: ${error.message}`, { cause: error }),
          );
        })
        .end(body === undefined ? undefined : JSON.stringify(body));
    });
    const answer = JSON.parse(await text(response)) as Record<string, unknown>;
    return { status: response.statusCode ?? 0, etag: response.headers.etag, body: answer };
  };
};

/** The body of an answer. @throws {Error} with what the server said, where it has refused */
export const taken = ({ status, body }: Answer): Record<string, unknown> => {
  if (status < 300) return body;
  const [issue] = (body.issue ?? []) as { diagnostics?: string }[];
  throw new Error(issue?.diagnostics ?? `The server answered ${status}.`);
};
