import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from '../../src/fhir/resource.ts';
import type { DciPeer, DciRequest } from './dci.ts';

/** A social registry that is asked for its persons, in this process. */
export interface DciRegistry {
  url: string;
  /** Criteria of the searches that came. */
  readonly asked: JsonObject[];
  /** What it knows from now on. */
  has(...records: readonly JsonObject[]): void;
  /** Who signs its answers; its own key where nothing is said. */
  signedBy(who: NonNullable<DciRequest['signedBy']>): void;
  close(): Promise<void>;
}

/** Starts a registry on a free port; it answers in pages, whatever is searched for. */
export const startDciRegistry = async (peer: Pick<DciPeer, 'write'>): Promise<DciRegistry> => {
  const asked: JsonObject[] = [];
  let records: readonly JsonObject[] = [];
  let signedBy: NonNullable<DciRequest['signedBy']> = 'peer';
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { message } = JSON.parse(text) as { message: { transaction_id: string; search_request: JsonObject[] } };
    const [search] = message.search_request;
    const criteria = search!.search_criteria as JsonObject & { pagination: { page_size: number; page_number: number } };
    asked.push(criteria);
    const { page_size: size, page_number: number } = criteria.pagination;
    const found = records.slice(size * (number - 1), size * number);
    // As some registries write it, against the specification.
    const answer = { reference_id: search!.reference_id!, timestamp: new Date().toISOString(), status: 'success' };
    const data = { reg_record_type: 'Member', reg_records: [...found] };
    const { transaction_id } = message;
    const told = { transaction_id, correlation_id: 'c1', search_response: [{ ...answer, data }] };
    response.writeHead(200, { 'content-type': 'application/json' });
    // Whoever asks may have a clock that is hours ahead.
    const expires = Math.floor(Date.now() / 1000) + 86_400;
    response.end(peer.write({ action: 'on-search', message: told, header: { status: 'succ' }, signedBy, expires }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    has: (...next) => {
      records = next;
    },
    signedBy: who => {
      signedBy = who;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
