import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Mediator } from './mediator.ts';

/** Where OpenHIM's API is, and who this server is there. */
export interface OpenhimAccess {
  /** Scheme, host and port: `https://openhim:8080`. */
  url: string;
  user: string;
  password: string;
  /** PEM of the authority that signed its certificate, which it makes itself where nobody gave it one. */
  authority?: string | undefined;
}

/** What an operator has set in OpenHIM's console. */
export type ConsoleSettings = Readonly<Record<string, unknown>>;

/** The calls that a mediator makes. All reject with an Error that names the status where OpenHIM does not do what was asked. */
export interface OpenhimClient {
  register(mediator: Mediator): Promise<void>;
  /** Makes the channels that the registration proposes. */
  makeChannels(urn: string): Promise<void>;
  /** Settings of the console, where they were asked for or have changed; `forgotten` where OpenHIM does not know the mediator. */
  beat(urn: string, told: { uptime: number; config?: true }): Promise<ConsoleSettings | 'forgotten' | undefined>;
}

const LIMIT_MS = 10_000;
const MOST_BYTES = 1024 * 1024;

/**
 * Speaks to OpenHIM's API with Basic authentication. Its bodies tell little that its statuses do not, so answers are judged by status.
 * http://openhim.org/docs/dev-guide/mediators
 */
export const openhimClient = ({ url, user, password, authority }: OpenhimAccess): OpenhimClient => {
  const send = url.startsWith('https:') ? requestHttps : requestHttp;
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

  const post = (path: string, told: unknown): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const body = Buffer.from(JSON.stringify(told));
      const headers = { authorization, 'content-type': 'application/json', 'content-length': body.length };
      const options = { method: 'POST', headers, ca: authority, signal: AbortSignal.timeout(LIMIT_MS), agent: false };
      const request = send(new URL(path, url), options, answer => {
        const chunks: Buffer[] = [];
        let length = 0;
        answer.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length > MOST_BYTES) answer.destroy(new Error('OpenHIM answers with more than a megabyte.'));
          else chunks.push(chunk);
        });
        answer.on('end', () => resolve({ status: answer.statusCode!, text: Buffer.concat(chunks).toString() }));
        answer.on('error', reject);
      });
      request.on('error', reject);
      request.end(body);
    });

  const requireCreated = async (what: string, path: string, told: unknown): Promise<void> => {
    const { status } = await post(path, told);
    if (status !== 201) throw new Error(`OpenHIM answered ${what} with ${status}.`);
  };

  return {
    register: mediator => requireCreated('the registration', '/mediators', mediator),
    makeChannels: urn => requireCreated('the channels', `/mediators/${encodeURIComponent(urn)}/channels`, []),
    async beat(urn, told) {
      const { status, text } = await post(`/mediators/${encodeURIComponent(urn)}/heartbeat`, told);
      if (status === 404) return 'forgotten';
      if (status !== 200) throw new Error(`OpenHIM answered a heartbeat with ${status}.`);
      if (!text.startsWith('{')) return undefined;
      return JSON.parse(text) as ConsoleSettings;
    },
  };
};
