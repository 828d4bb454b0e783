import { formatInstant } from '../../fhir/datetime.ts';
import { FhirError } from '../../fhir/fhir-error.ts';
import { isJsonObject, type Json, type JsonObject } from '../../fhir/resource.ts';
import type { Deps } from '../../interactions/context.ts';
import { type Outgoing, OutgoingError } from '../../security/outgoing.ts';
import type { Store } from '../../store/store.ts';
import type { Exchange } from '../connector/exchange.ts';
import { DciFault } from './dci-fault.ts';
import { readEnvelope } from './envelope.ts';
import type { DciSettings } from './peer-settings.ts';
import type { DciPeer } from './prove-sender.ts';
import { readMember } from './read-member.ts';
import { requireSignature, type SigningKey, signatureOf } from './signature.ts';
import { type TakeContext, type Taken, takeMember } from './take-member.ts';

/** What asking a registry needs. */
export interface AskContext extends Omit<TakeContext, 'deps'> {
  settings: DciSettings;
  key: SigningKey | undefined;
  peer: DciPeer;
  /** Where it answers; `/registry/sync/search` is added. */
  registryUrl: string;
  deps: Pick<Deps, 'store' | 'now' | 'newId' | 'settings'>;
  outgoing: Outgoing;
  /** Is told how it went. */
  tell: (told: Pick<Exchange, 'outcome' | 'message' | 'reason'>) => void;
}

const IMPORT_TYPE = 'kiungo-dci-import';
const PAGE = 100;
const MOST_PAGES = 1_000;
const MOST_BYTES = 8 * 1024 * 1024;
const HOUR_MS = 3_600_000;
/** Changes of so long before are asked for again: clocks differ, and what is committed late has an early time. */
const OVERLAP_MS = 10 * 60_000;

/** The registry has not answered as one does. Its text is for the operator. */
class NoAnswer extends Error {}

const sinceOf = async (store: Pick<Store, 'read'>, peer: string) => {
  const version = await store.read({ resourceType: IMPORT_TYPE, id: peer });
  const { since = 0 } = version === undefined ? {} : (JSON.parse(version.body) as { since: number });
  return { since, versionId: version?.versionId ?? 0 };
};

const requestOf = (
  { settings, key, peer, deps }: AskContext,
  { id, since, pageNumber }: { id: string; since: number; pageNumber: number },
): string => {
  const now = deps.now();
  const timestamp = formatInstant(now);
  const after = formatInstant(since);
  const criteria = {
    query_type: 'predicate',
    query: [{ seq_num: 1, expression1: { attribute_name: 'last_update', operator: 'ge', attribute_value: after } }],
    ...{ reg_record_type: 'Member', sort: [{ attribute_name: 'last_update', sort_order: 'asc' }] },
    pagination: { page_size: PAGE, page_number: pageNumber },
  };
  const header = JSON.stringify({
    ...{ version: '1.0.0', message_id: id, message_ts: timestamp, action: 'search', sender_id: settings.senderId },
    ...{ receiver_id: peer.settings.senderId, total_count: 1, is_msg_encrypted: false },
  });
  const search = { reference_id: id, timestamp, search_criteria: criteria, locale: 'eng' };
  const message = JSON.stringify({ transaction_id: id, search_request: [search] });
  const signature = key === undefined ? '' : signatureOf(`${header}${message}`, key, now);
  return `{"signature":${JSON.stringify(signature)},"header":${header},"message":${message}}`;
};

/** The records of an answer. Some registries write `success`, or call the records otherwise. @throws {NoAnswer} */
const recordsOf = ({ search_response: responses }: JsonObject): readonly Json[] => {
  const [response] = Array.isArray(responses) ? responses : [];
  const { status, status_reason_code: reason, data, registry_data: otherData } = isJsonObject(response) ? response : {};
  if (status !== 'succ' && status !== 'success') {
    throw new NoAnswer(`The registry answers ${typeof reason === 'string' ? reason.slice(0, 60) : 'with no records'}`);
  }
  const { reg_records: records } = isJsonObject(data) ? data : isJsonObject(otherData) ? otherData : {};
  if (Array.isArray(records)) return records;
  return isJsonObject(records) ? [records] : [];
};

const pageOf = async (context: AskContext, since: number, pageNumber: number): Promise<readonly Json[]> => {
  const { outgoing, registryUrl, peer, deps } = context;
  const id = deps.newId();
  const { status, body } = await outgoing({
    ...{ url: `${registryUrl}/registry/sync/search`, method: 'POST', maxBytes: MOST_BYTES, timeoutMs: 60_000 },
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: requestOf(context, { id, since, pageNumber }),
  });
  if (status !== 200) throw new NoAnswer(`The registry answered with status ${status}`);
  const envelope = readEnvelope(body, deps.settings.maxDepth);
  if (peer.settings.signature === 'require') {
    await requireSignature(envelope, { senderId: peer.settings.senderId, keys: peer.keys, now: deps.now() });
  }
  if (envelope.message.transaction_id !== id) throw new NoAnswer('The registry answers another question');
  return recordsOf(envelope.message);
};

const take = async (context: AskContext, record: Json): Promise<Taken | 'refused'> => {
  const told = isJsonObject(record) ? readMember(record, context.settings.identifierTypes) : undefined;
  if (told === undefined) return 'refused';
  const { match, askClerk, peer } = context;
  try {
    return await takeMember({ deps: peer.depsFor(undefined), match, askClerk }, told);
  } catch (error) {
    if (error instanceof FhirError && error.status < 500) return 'refused';
    throw error;
  }
};

/** Takes all that has changed, page by page; a page that has nothing to tell is the last one. */
const takeChanges = async (context: AskContext, since: number): Promise<Record<Taken | 'refused', number>> => {
  const counts = { unchanged: 0, updated: 0, linked: 0, created: 0, doubtful: 0, refused: 0 };
  for (let page = 1; page <= MOST_PAGES; page++) {
    const records = await pageOf(context, since, page);
    for (const record of records) counts[await take(context, record)]++;
    if (records.length < PAGE) return counts;
  }
  throw new NoAnswer(`The registry has more than ${MOST_PAGES} pages`);
};

const reasonOf = (error: unknown): string => {
  if (error instanceof NoAnswer || error instanceof OutgoingError || error instanceof DciFault) return error.message;
  throw error;
};

/**
 * Asks a registry for the persons that have changed since it was asked last, and takes them. Of several processes one asks in an hour. What
 * was taken stays where the registry fails on its way; the next time asks for the same again.
 */
export const askRegistry = async (context: AskContext): Promise<void> => {
  const { deps, peer, tell } = context;
  const { senderId } = peer.settings;
  const from = deps.now();
  const hour = Math.floor(from / HOUR_MS);
  const once = { name: `dci import ${senderId} ${hour}`, from, until: (hour + 2) * HOUR_MS };
  if ((await deps.store.commit({ changes: [], once })).outcome !== 'committed') return;
  const { since, versionId } = await sinceOf(deps.store, senderId);
  try {
    const counts = await takeChanges(context, since);
    const head = { resourceType: IMPORT_TYPE, id: senderId, versionId: versionId + 1, lastUpdated: deps.now() };
    const text = JSON.stringify({ since: from - OVERLAP_MS });
    await deps.store.commit({ changes: [{ ...head, method: versionId === 0 ? 'POST' : 'PUT', text, index: [] }] });
    const { refused } = counts;
    const reason =
      refused === 0
        ? {}
        : { reason: `${refused} records have no number of a named kind, no name, or cannot be stored` };
    tell({
      outcome: 'delivered',
      message: Object.entries(counts)
        .map(([name, count]) => `${name} ${count}`)
        .join(', '),
      ...reason,
    });
  } catch (error) {
    tell({ outcome: 'failed', message: formatInstant(since), reason: reasonOf(error) });
  }
};
