import { once } from 'node:events';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import type { Bundle, OperationOutcome, OperationOutcomeIssue } from 'fhir/r4.js';
import type { Destination } from './destination.ts';
import { issuesOfBundle, readLoadable, refusalOf } from './loadable.ts';

const CONNECTIONS = 32;
const MAX_DEPTH = 1000;
/** How often a request is sent again to a server that has too much to do. */
const MOST_TRIES = 8;
const FIRST_WAIT_MS = 200;

interface Answer {
  status: number;
  body: string;
  retryAfterMs: number | undefined;
}

interface Request {
  method: 'PUT' | 'POST';
  url: string;
  body: Buffer;
}

const refusalIn = ({ status, body }: Answer): OperationOutcomeIssue[] => {
  try {
    const { resourceType, issue } = JSON.parse(body) as OperationOutcome;
    if (resourceType === 'OperationOutcome' && issue.length > 0) return issue;
  } catch {
    // Not every server, and no proxy, explains itself in FHIR.
  }
  return [{ severity: 'error', code: 'processing', diagnostics: `The server answered ${status}.` }];
};

/**
 * A FHIR server that runs already, over its REST API: resources are PUT under their ids. `authorization` is sent as it is.
 * A server that says 429 or 503 is asked again after a while.
 */
export const openServerDestination = (base: string, authorization: string | undefined): Destination => {
  const isTls = base.startsWith('https:');
  const agent = new (isTls ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: CONNECTIONS });
  const send = isTls ? httpsRequest : httpRequest;
  const headers = {
    'content-type': 'application/fhir+json',
    prefer: 'return=minimal',
    ...(authorization === undefined ? {} : { authorization }),
  };

  const exchange = async ({ method, url, body }: Request): Promise<Answer> => {
    const sent = send(url, { method, agent, headers: { ...headers, 'content-length': body.length } });
    sent.end(body);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const after = Number(answer.headers['retry-after']);
    return {
      status: answer.statusCode ?? 0,
      body: await text(answer),
      retryAfterMs: Number.isNaN(after) ? undefined : after * 1000,
    };
  };

  const ask = async (request: Request): Promise<Answer> => {
    for (let tries = 1; ; tries++) {
      const answer = await exchange(request);
      if ((answer.status !== 429 && answer.status !== 503) || tries === MOST_TRIES) return answer;
      await wait(answer.retryAfterMs ?? FIRST_WAIT_MS * 2 ** tries);
    }
  };

  return {
    atATime: CONNECTIONS,
    store: body =>
      refusalOf(async () => {
        const loadable = readLoadable(body, MAX_DEPTH);
        const isBundle = loadable.kind === 'bundle';
        const answer = await ask(
          isBundle
            ? { method: 'POST', url: base, body }
            : { method: 'PUT', url: `${base}/${loadable.resourceType}/${loadable.id}`, body },
        );
        if (answer.status === 401 || answer.status === 403) {
          throw new Error(`The server refuses this client (${answer.status}). Say with --authorization who asks.`);
        }
        if (answer.status >= 300) return refusalIn(answer);
        return isBundle && answer.body !== '' ? issuesOfBundle(JSON.parse(answer.body) as Bundle) : [];
      }),
    close: async () => agent.destroy(),
  };
};
