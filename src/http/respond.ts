import type { FastifyReply } from 'fastify';
import { operationOutcome } from '../fhir/operation-outcome.ts';
import type { InteractionResult } from '../interactions/context.ts';
import { versionToEtag } from '../interactions/etag.ts';
import { endConnectionWhenClosing } from './close-in-time.ts';
import { FHIR_JSON } from './media-type.ts';
import type { Prefer } from './prefer.ts';

/**
 * Sends what an interaction answered: status, version headers, and the body that the client prefers.
 * https://hl7.org/fhir/R4/http.html#ops
 */
export const respond = (
  reply: FastifyReply,
  result: InteractionResult,
  baseUrl: string,
  prefer?: Prefer['return'],
): FastifyReply => {
  const { status, version, body, issues = [] } = result;
  reply.code(status);
  endConnectionWhenClosing(reply);
  if (version !== undefined) {
    reply.header('etag', versionToEtag(version.versionId));
    reply.header('last-modified', new Date(version.lastUpdated).toUTCString());
    if (status === 201) {
      reply.header('location', `${baseUrl}/${version.resourceType}/${version.id}/_history/${version.versionId}`);
    }
  }
  if (status === 204 || prefer === 'minimal') return reply.send();
  reply.header('content-type', FHIR_JSON);
  if (prefer === 'OperationOutcome') return reply.send(JSON.stringify(operationOutcome(issues)));
  return reply.send(body);
};
