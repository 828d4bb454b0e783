import type { OutgoingHttpHeaders } from 'node:http';
import { MEDIATOR_URN } from '../integrations/openhim/mediator.ts';

/** What a client of OpenHIM's asks for that wants to see in its console what became of a request. */
export const JSON_OPENHIM = 'application/json+openhim';

/** Whether an Accept header asks for it by name. */
export const wantsOpenhim = (accept: string | undefined): boolean => accept?.includes(JSON_OPENHIM) === true;

const statusOf = (status: number): string => (status < 400 ? 'Successful' : status < 500 ? 'Completed' : 'Failed');

/**
 * An answer as OpenHIM unpacks it for its client. `headers` are those of the answer itself; of those that are lists, the parts go together.
 * http://openhim.org/docs/dev-guide/mediators
 */
export const openhimAnswer = ({
  status,
  headers,
  body = '',
  at,
}: {
  status: number;
  headers: OutgoingHttpHeaders;
  body?: string | undefined;
  /** Milliseconds since 1970 UTC. */
  at: number;
}): string =>
  JSON.stringify({
    'x-mediator-urn': MEDIATOR_URN,
    status: statusOf(status),
    response: {
      status,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
      body,
      timestamp: new Date(at).toISOString(),
    },
    ...(status < 500 ? {} : { error: { message: `The server answered ${status}.` } }),
  });
