import { type Outgoing, OutgoingError } from '../../security/outgoing.ts';
import type { Verdict } from '../connector/peer.ts';

/** A status of HTTP that says that the message itself is at fault. */
const isRefusal = (status: number): boolean => status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status);

/** Sends a message to a path below the callback of a peer. */
export const postToPeer = async (
  { outgoing, callbackUrl }: { outgoing: Outgoing; callbackUrl: string },
  path: string,
  body: string,
): Promise<Verdict> => {
  try {
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    const { status } = await outgoing({ url: `${callbackUrl}${path}`, method: 'POST', headers, body });
    if (status >= 200 && status < 300) return { outcome: 'delivered' };
    return { outcome: isRefusal(status) ? 'refused' : 'failed', reason: `The peer answered with status ${status}` };
  } catch (error) {
    if (error instanceof OutgoingError) return { outcome: 'failed', reason: error.message };
    throw error;
  }
};
