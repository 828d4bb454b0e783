import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { FhirError, type RequestRule, refuse } from '../fhir/fhir-error.ts';
import type { Issue } from '../fhir/issue.ts';
import { operationOutcome } from '../fhir/operation-outcome.ts';
import { storeRefusal } from '../interactions/store-refusal.ts';
import { StoreError } from '../store/store-error.ts';
import type { XmlForm } from '../xml/xml-form.ts';
import { acceptLanguage } from './accept-language.ts';
import { bodyTooLarge } from './body-too-large.ts';
import { endConnectionWhenClosing } from './close-in-time.ts';
import { answerFormat, FHIR_JSON, FHIR_XML, type Format } from './media-type.ts';
import { JSON_OPENHIM, openhimAnswer, wantsOpenhim } from './openhim-answer.ts';
import { readQueryParameters } from './query-parameters.ts';

/** Refusals of the HTTP framework, by its error code. */
const FRAMEWORK_RULES: Readonly<Record<string, readonly [RequestRule, string]>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['content-type-not-served', 'Send the body as application/fhir+json.'],
  FST_ERR_CTP_EMPTY_TYPE: ['content-type-not-served', 'Say what the body is: Content-Type: application/fhir+json.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['request-malformed', 'Content-Length is not the length of the body.'],
  FST_ERR_MAX_PARAM_LENGTH: [
    'request-malformed',
    'A part of the path is too long. An id has at most 64 characters, and a type the length of its name.',
  ],
  FST_ERR_BAD_URL: ['request-malformed', 'The path is not a valid URL. Check its percent-encoding.'],
};

/** Any error as the refusal that the client is told; what nobody foresaw is 500 with the id of the request and nothing else. */
export const toFhirError = (error: unknown, requestId: string): FhirError => {
  if (error instanceof FhirError) return error;
  if (error instanceof StoreError) return storeRefusal(error);
  const { code, statusCode } = error as Partial<FastifyError>;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return bodyTooLarge();
  const known = code === undefined ? undefined : FRAMEWORK_RULES[code];
  if (known !== undefined) return refuse(...known);
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return refuse('request-malformed', 'The request cannot be read. Check its headers and its body.', { cause: error });
  }
  return refuse('bug', `Something went wrong in the server. Tell its operator the id of this request: ${requestId}`, {
    cause: error,
  });
};

/** What `_format` asks for; nothing where the query cannot be read. */
const formatParameter = ({ query }: FastifyRequest): string | undefined => {
  if (typeof query !== 'string' || !query.includes('_format')) return undefined;
  try {
    return readQueryParameters(query).find(([name]) => name === '_format')?.[1];
  } catch {
    return undefined;
  }
};

/** The language that the client likes best of those in which there is something to tell; none where all is told in one only. */
const languageOf = (issues: readonly Issue[], header: string | undefined): string | undefined => {
  const translations = issues.find(issue => issue.translations !== undefined)?.translations;
  return translations && acceptLanguage(header, Object.keys(translations));
};

/** The one place where errors become responses: an OperationOutcome for every one of them, as XML where that is what is wanted most. */
export const errorResponse =
  (log: Logger, formats: ReadonlySet<Format>, xml: XmlForm) =>
  (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { status, issues, headers, cause } = toFhirError(error, request.id);
    // Why the store cannot work is the operator's to mend, and said in a line; a trace is for bugs.
    if (cause instanceof StoreError) log.error({ requestId: request.id, reason: cause.message }, 'Store refused');
    else if (status >= 500) log.error({ requestId: request.id, err: cause }, 'Request failed');
    endConnectionWhenClosing(reply);
    const language = languageOf(issues, request.headers['accept-language']);
    if (language !== undefined) reply.header('content-language', language);
    const body = JSON.stringify(operationOutcome(issues, language));
    const isXml = answerFormat(formats, request.headers.accept, formatParameter(request)) === 'xml';
    // What the framework itself refuses goes past the hook that sets this for others.
    reply.code(status).header('x-request-id', request.id);
    if (wantsOpenhim(request.headers.accept)) {
      const wrapped = openhimAnswer({
        status,
        headers: { ...headers, 'content-type': FHIR_JSON },
        body,
        at: performance.timeOrigin + request.arrived,
      });
      return reply.header('content-type', JSON_OPENHIM).send(wrapped);
    }
    return reply
      .headers(headers)
      .header('content-type', isXml ? FHIR_XML : FHIR_JSON)
      .send(isXml ? xml.write(body, false) : body);
  };
