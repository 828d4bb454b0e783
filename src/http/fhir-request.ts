import type { FastifyRequest } from 'fastify';
import type { Prefer } from '../interactions/context.ts';
import type { Caller } from '../security/caller.ts';
import { readPrefer } from './prefer.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set before the body is read. Absent where the server authenticates nobody. */
    caller: Caller | undefined;
  }
}

/** What a path of the FHIR API and its query give. */
export interface FhirRoute {
  Params: { type: string; id: string; versionId: string; operation: string };
  /** As it was sent. */
  Querystring: string;
}

/** A request to the FHIR API. */
export type FhirRequest = FastifyRequest<FhirRoute>;

/** The body of a request that has none. */
export const NO_BODY = Buffer.alloc(0);

/** The bytes of a body; none where none was sent. */
export const bodyOf = ({ body }: FhirRequest): Buffer => (Buffer.isBuffer(body) ? body : NO_BODY);

/** How the client wants what is unknown to be handled. */
export const handlingOf = ({ headers }: FhirRequest): Prefer['handling'] => readPrefer(headers.prefer).handling;
