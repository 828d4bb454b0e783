import type { JsonObject } from '../../fhir/resource.ts';
import type { Deps } from '../../interactions/context.ts';
import type { Unit } from '../../store/store.ts';
import { createInbox } from '../connector/inbox.ts';
import { type AnswerContext, acknowledge, refusalOf, sealAnswer } from './answer.ts';
import { checkHeader, type Header } from './check-header.ts';
import { DciFault, headerFault } from './dci-fault.ts';
import { type Envelope, readEnvelope } from './envelope.ts';
import type { DciSettings, PeerSettings } from './peer-settings.ts';
import { type DciPeer, type ProofContext, proveSender } from './prove-sender.ts';
import type { SearchContext } from './records.ts';
import { runSearch } from './run-search.ts';
import { readSearchMessage, type SearchMessage } from './search-request.ts';
import type { SigningKey } from './signature.ts';
import { type Planned, planSubscribe } from './subscribe.ts';
import { correlationIdOf, TRANSACTION_TYPE, type TransactionKind, transactionChange } from './transaction.ts';
import { readStatusRequest, transactionStatus } from './transaction-status.ts';
import { planUnsubscribe } from './unsubscribe.ts';

/** What receiving needs. */
export interface ReceiveContext {
  settings: DciSettings;
  key: SigningKey | undefined;
  proof: Omit<ProofContext, 'now'>;
  /** The server's own view of the store, its clock and its ids. */
  deps: Pick<Deps, 'store' | 'now' | 'newId' | 'settings'>;
}

/** A request to a path of DCI's. */
export interface Received {
  path: DciPath;
  body: Buffer;
  /** Id of the registered client that sends, as it has proven; rejects where the proof does not hold. */
  clientId: () => Promise<string | undefined>;
}

/** What became of a message: the answer, and how that is told. */
export interface Answered {
  status: number;
  body: string;
  outcome: 'delivered' | 'refused' | 'repeated';
  /** Who sent it; undefined where nobody has proven to. */
  peer: PeerSettings | undefined;
  /** Its key; never a person's data. */
  message: string;
  reason?: string;
  /** Whose records were told. */
  patients: readonly string[];
}

const ACTIONS = {
  '/registry/sync/search': 'search',
  '/registry/search': 'search',
  '/registry/sync/txn/status': 'txn-status',
  '/registry/txn/status': 'txn-status',
  '/registry/subscribe': 'subscribe',
  '/registry/unsubscribe': 'unsubscribe',
} as const satisfies Record<string, TransactionKind>;

/** Paths that are answered here. */
export type DciPath = keyof typeof ACTIONS;
export const DCI_PATHS = Object.keys(ACTIONS) as DciPath[];

/** Takes a message once by its id, with what follows from it. @throws {DciFault} where it, or its transaction, was there before */
const takeOnce = async ({ deps }: ReceiveContext, peer: string, messageId: string, unit: Unit): Promise<void> => {
  const inbox = createInbox(deps.store, { peer: `dci ${peer}`, now: deps.now });
  const result = await inbox(messageId, unit);
  if (result.outcome === 'committed') return;
  if (result.outcome === 'version-conflict' && result.key.resourceType !== TRANSACTION_TYPE) {
    throw new DciFault('err.service.unavailable', 'A subscription has changed meanwhile. Send the message again.');
  }
  if (result.outcome === 'used-before')
    throw headerFault('message_id.duplicate', 'A message with this message_id was taken.');
  throw new DciFault('err.request.bad', 'transaction_id was used before: make a new one for each message.');
};

/** The callback that a peer may have its answers at. @throws {DciFault} where there is none, or it asks for another */
const requireCallback = ({ callbackUrl }: PeerSettings, { sender_uri: asked }: JsonObject): void => {
  if (callbackUrl === undefined) {
    throw new DciFault('err.sender_uri.invalid', 'No callback is registered for this sender: use the paths of sync.');
  }
  const isBelow =
    asked === undefined || asked === callbackUrl || (typeof asked === 'string' && asked.startsWith(`${callbackUrl}/`));
  if (!isBelow)
    throw new DciFault('err.sender_uri.invalid', 'sender_uri is not below the callback that is registered.');
};

/** Answers the searches of a message, one after the other. */
export const answerSearches = async (
  { requests, transactionId }: SearchMessage,
  correlationId: string,
  context: SearchContext,
  now: () => number,
): Promise<JsonObject> => {
  const responses: JsonObject[] = [];
  for (const request of requests) responses.push(await runSearch(context, request, now()));
  return { transaction_id: transactionId, correlation_id: correlationId, search_response: responses };
};

interface Taken {
  context: ReceiveContext;
  peer: DciPeer;
  envelope: Envelope;
  header: Header;
  correlationId: string;
  answer: AnswerContext;
  noteShown: SearchContext['noteShown'];
}

const syncSearch = async ({ context, peer, envelope, header, correlationId, answer, noteShown }: Taken) => {
  const { settings } = peer;
  const searches = readSearchMessage(envelope.message, header.totalCount);
  await takeOnce(context, settings.senderId, header.messageId, { changes: [] });
  const search = { settings: context.settings, peer: settings, depsFor: peer.depsFor, noteShown };
  const message = await answerSearches(searches, correlationId, search, context.deps.now);
  const head = { action: 'on-search', receiverId: settings.senderId, messageId: correlationId };
  return sealAnswer(message, head, answer);
};

const syncStatus = async ({ context, peer, envelope, header, correlationId, answer }: Taken) => {
  const { senderId } = peer.settings;
  const request = readStatusRequest(envelope.message);
  await takeOnce(context, senderId, header.messageId, { changes: [] });
  const status = await transactionStatus(context.deps.store, { peer: senderId, request, now: answer.now });
  const message = { transaction_id: request.transactionId, correlation_id: correlationId, txnstatus_response: status };
  return sealAnswer(message, { action: 'txn-on-status', receiverId: senderId, messageId: correlationId }, answer);
};

/** What becomes of a message that is answered later. @throws {DciFault} where it is none */
const plan = async ({ context, peer, envelope, header, answer }: Taken, kind: TransactionKind): Promise<Planned> => {
  const { message } = envelope;
  const { totalCount } = header;
  const { now } = answer;
  if (kind === 'search') {
    const { transactionId, requests } = readSearchMessage(message, totalCount);
    return { transactionId, referenceIds: requests.map(({ referenceId }) => referenceId), changes: [] };
  }
  if (kind === 'txn-status') {
    const { transactionId, referenceId } = readStatusRequest(message);
    return { transactionId, referenceIds: [referenceId], changes: [] };
  }
  const { settings, depsFor } = peer;
  if (kind === 'unsubscribe') {
    return planUnsubscribe(context.deps.store, { peer: settings.senderId, message, now });
  }
  const search = { settings: context.settings, peer: settings, depsFor, noteShown: () => {} };
  return planSubscribe(search, { message, totalCount, now });
};

/** Takes what is answered by a callback: it is on disk before it is acknowledged. */
const takeForLater = async (taken: Taken, kind: TransactionKind): Promise<string> => {
  const { context, peer, envelope, header, answer } = taken;
  const { senderId } = peer.settings;
  requireCallback(peer.settings, envelope.header);
  const { transactionId, referenceIds, changes, answer: known } = await plan(taken, kind);
  const id = correlationIdOf(senderId, kind, transactionId);
  const transaction = {
    ...({ peer: senderId, kind, transactionId, status: 'pdng', referenceIds, totalCount: header.totalCount } as const),
    ...(known === undefined ? { message: envelope.message } : { answer: known }),
  };
  const change = transactionChange(id, transaction, 1, context.deps.now());
  await takeOnce(context, senderId, header.messageId, { changes: [change, ...changes] });
  return acknowledge(id, answer.now);
};

const take = (path: DciPath, taken: Taken): Promise<string> => {
  if (path === '/registry/sync/search') return syncSearch(taken);
  if (path === '/registry/sync/txn/status') return syncStatus(taken);
  return takeForLater(taken, ACTIONS[path]);
};

/** Takes a message of a peer's and answers it; whatever is refused leaves nothing behind. */
export const receive = async (context: ReceiveContext, received: Received): Promise<Answered> => {
  const { deps, settings, key } = context;
  const correlationId = deps.newId();
  const patients: string[] = [];
  let peer: DciPeer | undefined;
  let message = 'none';
  try {
    const envelope = readEnvelope(received.body, deps.settings.maxDepth);
    peer = await proveSender({ ...context.proof, now: deps.now }, envelope, received.clientId);
    const now = deps.now();
    const header = checkHeader(envelope.header, { action: ACTIONS[received.path], ownId: settings.senderId, now });
    message = header.messageId;
    const answer = { ownId: settings.senderId, key, now };
    const noteShown = (ids: readonly string[]): unknown => patients.push(...ids);
    const body = await take(received.path, { context, peer, envelope, header, correlationId, answer, noteShown });
    return { status: 200, body, outcome: 'delivered', peer: peer.settings, message, patients };
  } catch (error) {
    if (!(error instanceof DciFault)) throw error;
    const isRepeated = error.reason === 'rjct.message_id.duplicate';
    return {
      ...{ status: error.status, body: refusalOf(error, { correlationId, now: deps.now() }), peer: peer?.settings },
      ...{ outcome: isRepeated ? 'repeated' : 'refused', message, reason: error.message, patients: [] },
    };
  }
};
