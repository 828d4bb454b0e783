import type { FastifyRequest } from 'fastify';
import type { AuditFacts, Outcome, Requester } from '../audit/audit-facts.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import { patientsNamed } from '../audit/patients-named.ts';
import type { RequestAudit } from '../audit/request-audit.ts';
import type { InteractionResult } from '../interactions/context.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What is told of the request; absent where nothing is, or it was refused before anybody worked for it. */
    audit: RequestAudit | undefined;
  }
}

/** What a request was answered with, as far as anything is told of it. */
export type Answered = Pick<InteractionResult, 'version' | 'body' | 'interaction'>;

/** Paths that are open to all, and tell nothing. */
const UNTOLD: ReadonlySet<string> = new Set(['none', 'capabilities', 'options', 'smart-configuration', 'token']);

/** Told of as the rows of what was written. */
const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete']);

/** Told with what was asked for. */
const SEARCHES: ReadonlySet<string> = new Set([
  ...['search-type', 'search-system', 'history-instance', 'history-type', 'history-system', 'operation'],
]);

/** Requests of whoever is not known that are told of in a minute: who makes more does not fill the disk with them. */
const MOST_UNKNOWN = 100;
const MINUTE_MS = 60_000;

const outcomeOf = (status: number): Outcome => (status < 400 ? 0 : status < 500 ? 4 : 8);

const RESOURCE = /^[A-Z][A-Za-z]{1,63}$/;
const ID = /^[A-Za-z0-9\-.]{1,64}$/;

/** Who asks, as a request shows it. */
export const requesterOf = ({ caller, ip, id }: FastifyRequest): Requester => ({
  ...(caller !== undefined && {
    clientId: caller.clientId,
    role: caller.role,
    ...(caller.organization !== undefined && { organization: caller.organization }),
    ...(caller.purposeOfUse !== undefined && { purposeOfUse: caller.purposeOfUse }),
  }),
  address: ip,
  requestId: id,
});

const resourceOf = ({ params }: FastifyRequest, version: Answered['version']): Pick<AuditFacts, 'of' | 'versionId'> => {
  if (version !== undefined) return { of: `${version.resourceType}/${version.id}`, versionId: version.versionId };
  const { type = '', id = '' } = (params ?? {}) as { type?: string; id?: string };
  return RESOURCE.test(type) && ID.test(id) ? { of: `${type}/${id}` } : {};
};

/** The path and query, with the parameters of a form. */
const queryOf = ({ url, body }: FastifyRequest): string => {
  const isForm = url.includes('/_search') && Buffer.isBuffer(body) && body.length > 0;
  return isForm ? `${url}${url.includes('?') ? '&' : '?'}${body.toString()}` : url;
};

const patientsOf = ({ of }: Pick<AuditFacts, 'of'>, body: string | undefined): string[] => {
  const named = body === undefined ? [] : patientsNamed(body);
  const [, own] = /^Patient\/(.*)$/.exec(of ?? '') ?? [];
  return own === undefined || named.includes(own) ? named : [own, ...named];
};

/** Who reads of events is told of, but not once more for every patient that these name. */
const isOfAudit = ({ params }: FastifyRequest): boolean => (params as { type?: string } | null)?.type === 'AuditEvent';

/** Tells of a request that is being answered. `interaction` is R4's code of what it asked for. */
export type AuditRequest = (request: FastifyRequest, status: number, interaction: string, result?: Answered) => void;

/** Makes what tells of each request to the FHIR API, and to the paths of administrators; what was written has its row already. */
export const createAuditRequest = (trail: AuditTrail, now: () => number): AuditRequest => {
  let unknown = { since: 0, count: 0 };
  const isOneTooMany = (at: number): boolean => {
    if (at - unknown.since > MINUTE_MS) unknown = { since: at, count: 0 };
    return ++unknown.count > MOST_UNKNOWN;
  };
  return (request, status, interaction, result = {}) => {
    const isAdministration = request.url.startsWith('/admin/');
    if (UNTOLD.has(interaction) && !isAdministration) return;
    if (WRITES.has(interaction) && request.audit?.hasWritten && status < 400) return;
    const at = now();
    const by = request.audit?.by ?? requesterOf(request);
    if (status === 401 && isOneTooMany(at)) return;
    const resource = isAdministration ? {} : resourceOf(request, result.version);
    trail.gather({
      ...{ at, deed: isAdministration ? 'administration' : interaction, outcome: outcomeOf(status), by },
      ...resource,
      ...((isAdministration || SEARCHES.has(interaction)) && {
        query: isAdministration ? `${request.method} ${request.url}` : queryOf(request),
      }),
      patients: status < 400 && !isOfAudit(request) ? patientsOf(resource, result.body) : [],
    });
  };
};
