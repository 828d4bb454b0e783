import type { JsonObject } from '../../fhir/resource.ts';
import type { Deps } from '../../interactions/context.ts';
import type { Outgoing } from '../../security/outgoing.ts';
import type { SequencedVersion } from '../../store/store.ts';
import type { Message } from '../connector/outbox.ts';
import type { Peer, Verdict } from '../connector/peer.ts';
import { sealAnswer } from './answer.ts';
import type { DciSettings } from './peer-settings.ts';
import { postToPeer } from './post-to-peer.ts';
import type { DciPeer } from './prove-sender.ts';
import { answerSearches } from './receive.ts';
import { readSearchMessage } from './search-request.ts';
import type { SigningKey } from './signature.ts';
import { readTransaction, TRANSACTION_TYPE, type Transaction, transactionChange } from './transaction.ts';
import { readStatusRequest, transactionStatus } from './transaction-status.ts';

/** What answering later needs. */
export interface CallbackContext {
  settings: DciSettings;
  peer: DciPeer;
  callbackUrl: string;
  key: SigningKey | undefined;
  deps: Pick<Deps, 'store' | 'now'>;
  outgoing: Outgoing;
  /** Is told whose records went to the peer. */
  noteShown: (patients: readonly string[]) => void;
}

const PATHS = {
  search: ['/on-search', 'on-search'],
  'txn-status': ['/txn/on-status', 'txn-on-status'],
  subscribe: ['/on-subscribe', 'on-subscribe'],
  unsubscribe: ['/on-unsubscribe', 'on-unsubscribe'],
} as const;

const isToAnswer = ({ resourceType, method }: SequencedVersion): boolean =>
  resourceType === TRANSACTION_TYPE && method === 'POST';

/** What is told, as it is known when it is sent. */
const answerOf = async (context: CallbackContext, id: string, transaction: Transaction): Promise<JsonObject> => {
  const { peer, settings, deps, noteShown } = context;
  const { message = {}, transactionId, kind, totalCount, answer } = transaction;
  if (answer !== undefined) return { transaction_id: transactionId, correlation_id: id, ...answer };
  if (kind === 'search') {
    const search = { settings, peer: peer.settings, depsFor: peer.depsFor, noteShown };
    return answerSearches(readSearchMessage(message, totalCount), id, search, deps.now);
  }
  const request = readStatusRequest(message);
  const status = await transactionStatus(deps.store, { peer: transaction.peer, request, now: deps.now() });
  return { transaction_id: transactionId, correlation_id: id, txnstatus_response: status };
};

/** Sends a peer the answers to what it has asked by the paths that are not of sync. It knows an answer that comes twice by its correlation_id. */
export const callbackPeer = (context: CallbackContext): Peer => {
  const { peer, settings, deps, key } = context;
  const { senderId } = peer.settings;

  const post = async (id: string, transaction: Transaction): Promise<Verdict> => {
    const [path, action] = PATHS[transaction.kind];
    const answer = { ownId: settings.senderId, key, now: deps.now() };
    const head = { action, receiverId: senderId, messageId: id };
    const body = sealAnswer(await answerOf(context, id, transaction), head, answer);
    return postToPeer(context, path, body);
  };

  return {
    name: `dci.${senderId}`,
    kind: 'dci',
    resourceTypes: [TRANSACTION_TYPE],
    startAfter: 0,
    most: 1,
    collect: async changes =>
      changes
        .filter(version => isToAnswer(version) && (JSON.parse(version.body) as Transaction).peer === senderId)
        .map(({ id }) => ({ id })),
    send: async ([message]: readonly Message[]) => {
      const { id } = message!.content as { id: string };
      const found = await readTransaction(deps.store, senderId, id);
      if (found === undefined) return { outcome: 'delivered' };
      const { message: _, answer: _answer, ...rest } = found.transaction;
      if (rest.status === 'succ') return { outcome: 'delivered' };
      const verdict = await post(id, found.transaction);
      if (verdict.outcome === 'delivered') {
        // Another process that has sent it, too, has said so already.
        const change = transactionChange(id, { ...rest, status: 'succ' }, found.versionId + 1, deps.now());
        await deps.store.commit({ changes: [change] });
      }
      return verdict;
    },
  };
};
