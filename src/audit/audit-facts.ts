import type { AuditRow, StoredAuditRow } from '../store/store.ts';

/** Who asks, and by which request; all absent for the server itself. */
export interface Requester {
  clientId?: string;
  /** Name of the other system that was told something, or told something, as the outbox has it. No client is both. */
  peer?: string;
  /** Reference to the organization that the client works for. */
  organization?: string;
  role?: string;
  purposeOfUse?: string;
  /** The network address from which the request came. */
  address?: string;
  requestId?: string;
}

/** What was done: an interaction of R4 by its code, or what the server and its operators do. */
export type Deed = string;

/** How it ended, by the codes of http://hl7.org/fhir/audit-event-outcome. */
export type Outcome = 0 | 4 | 8;

/** One event: who did what to which resource, about which patients. Never more of a person than references, and what was searched for. */
export interface AuditFacts {
  /** Milliseconds since 1970 UTC. */
  at: number;
  deed: Deed;
  outcome: Outcome;
  by: Requester;
  /** `Type/id` of the resource that it was done to. */
  of?: string;
  versionId?: number;
  /** Path and query of what was asked, where that says more than the resource. */
  query?: string;
  /** What else is to be said, for the operator. */
  note?: string;
  /** Ids of the patients that it is about. */
  patients: readonly string[];
}

/** The rest of a row beside its keys, as short as it can be told. */
interface RowText {
  d: Deed;
  o?: Outcome;
  r?: string;
  g?: string;
  u?: string;
  a?: string;
  i?: string;
  v?: number;
  q?: string;
  n?: string;
  /** How many of the keys, the last ones, are patients. */
  p?: number;
}

const CLIENT = 'client:';
const PEER = 'peer:';

/** By what rows of a client are found. */
export const clientKey = (clientId: string): string => `${CLIENT}${encodeURIComponent(clientId)}`;

/** By what rows of exchanges with another system are found. */
export const peerKey = (peer: string): string => `${PEER}${encodeURIComponent(peer)}`;

/** By what rows of the server's own are found. */
export const SERVER_KEY = 'server';

/** An event as it is stored. */
export const auditRow = ({ at, deed, outcome, by, of, versionId, query, note, patients }: AuditFacts): AuditRow => {
  const { clientId, peer, role, organization, purposeOfUse, address, requestId } = by;
  const keys = [clientId !== undefined ? clientKey(clientId) : peer !== undefined ? peerKey(peer) : SERVER_KEY];
  if (of !== undefined) keys.push(of);
  for (const id of patients) keys.push(`Patient/${id}`);
  const text: RowText = { d: deed };
  if (outcome !== 0) text.o = outcome;
  if (role !== undefined) text.r = role;
  if (organization !== undefined) text.g = organization;
  if (purposeOfUse !== undefined) text.u = purposeOfUse;
  if (address !== undefined) text.a = address;
  if (requestId !== undefined) text.i = requestId;
  if (versionId !== undefined) text.v = versionId;
  if (query !== undefined) text.q = query;
  if (note !== undefined) text.n = note;
  if (patients.length > 0) text.p = patients.length;
  return { at, keys, text: JSON.stringify(text) };
};

/** The event that a row tells of. */
export const readAuditRow = ({ at, keys, text }: Pick<StoredAuditRow, 'at' | 'keys' | 'text'>): AuditFacts => {
  const { d, o = 0, r, g, u, a, i, v, q, n, p = 0 } = JSON.parse(text) as RowText;
  const [who = SERVER_KEY, ...others] = keys;
  const end = others.length - p;
  const of = end > 0 ? others[0] : undefined;
  return {
    at,
    deed: d,
    outcome: o,
    by: {
      ...(who.startsWith(CLIENT) && { clientId: decodeURIComponent(who.slice(CLIENT.length)) }),
      ...(who.startsWith(PEER) && { peer: decodeURIComponent(who.slice(PEER.length)) }),
      ...(r !== undefined && { role: r }),
      ...(g !== undefined && { organization: g }),
      ...(u !== undefined && { purposeOfUse: u }),
      ...(a !== undefined && { address: a }),
      ...(i !== undefined && { requestId: i }),
    },
    ...(of !== undefined && { of }),
    ...(v !== undefined && { versionId: v }),
    ...(q !== undefined && { query: q }),
    ...(n !== undefined && { note: n }),
    patients: others.slice(end).map(key => key.slice('Patient/'.length)),
  };
};
