import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { operationOutcome } from '../fhir/operation-outcome.ts';
import type { InteractionResult, Prefer } from '../interactions/context.ts';
import { namesEtag, versionToEtag } from '../interactions/etag.ts';
import { LARGE, type ValidationProcesses } from '../interactions/validation-processes.ts';
import type { XmlForm } from '../xml/xml-form.ts';
import type { Content } from './binary-content.ts';
import { endConnectionWhenClosing } from './close-in-time.ts';
import { compressBody, encodingFor, LEAST_COMPRESSED } from './compress-body.ts';
import { FHIR_JSON, FHIR_XML } from './media-type.ts';
import { JSON_OPENHIM, openhimAnswer, wantsOpenhim } from './openhim-answer.ts';
import { readPrefer } from './prefer.ts';
import { prettyText } from './pretty.ts';
import type { RecordRequest } from './record-request.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

const bodyOf = ({ status, body, issues = [] }: InteractionResult, prefer?: Prefer['return']): string | undefined => {
  if (status === 204 || prefer === 'minimal') return undefined;
  return prefer === 'OperationOutcome' ? JSON.stringify(operationOutcome(issues)) : body;
};

/**
 * Sends what an interaction answered: status, version headers, and the body that the client prefers. Goes past the framework's own
 * way of sending, which takes a tenth of the time of a read and has nothing to add to a text that is ready.
 * A body with an entity tag of its own, which the client has, is not sent again. Tags are weak, for the same body comes in several encodings. `mediaType` is that of a body that is no resource.
 * With `isPretty` the body is indented, with `xml` it is sent as XML, and with `content` that is sent in its place. What is long is compressed as the client likes it, which goes on beside other requests.
 * https://hl7.org/fhir/R4/http.html#ops
 */
export const respond = (
  request: FastifyRequest,
  reply: FastifyReply,
  result: InteractionResult,
  options: {
    baseUrl: string;
    record: RecordRequest;
    prefer?: Prefer['return'];
    mediaType?: string | undefined;
    isPretty: boolean;
    xml?: XmlForm | undefined;
    /** Translate what is large. */
    processes: ValidationProcesses;
    content?: Content | undefined;
  },
): FastifyReply | Promise<FastifyReply> => {
  const { version, etag } = result;
  let headers: OutgoingHttpHeaders = { 'x-request-id': request.id, ...SECURITY_HEADERS };
  if (version !== undefined) {
    headers.etag = versionToEtag(version.versionId);
    headers['last-modified'] = new Date(version.lastUpdated).toUTCString();
    if (result.status === 201 || options.prefer === 'OperationOutcome') {
      headers.location = `${options.baseUrl}/${version.resourceType}/${version.id}/_history/${version.versionId}`;
    }
  }
  if (result.normalized !== undefined) {
    headers['x-kiungo-normalized'] = String(result.normalized);
    if (readPrefer(request.headers.prefer).normalize !== undefined) {
      headers['preference-applied'] = 'normalize=openimis';
    }
  }
  const known = request.headers['if-none-match'];
  const unchanged = etag !== undefined && known !== undefined && namesEtag(known, etag);
  if (etag !== undefined) Object.assign(headers, { etag: `W/${etag}`, 'cache-control': 'no-cache' });
  const status = unchanged ? 304 : result.status;
  const text = unchanged ? undefined : bodyOf(result, options.prefer);
  const { xml, processes, content, isPretty } = options;
  if (content !== undefined && text !== undefined) {
    Object.assign(headers, content.headers, {
      'content-type': content.mediaType,
      'content-length': content.bytes.length,
    });
    options.record(request, status, result);
    endConnectionWhenClosing(reply);
    reply.hijack();
    reply.raw.writeHead(status, headers);
    reply.raw.end(content.bytes);
    return reply;
  }
  const origin = reply.raw.getHeader('vary');
  headers.vary = origin === undefined ? 'Accept' : `${origin}, Accept`;
  const sendText = (own: string | undefined): FastifyReply => {
    if (own !== undefined) {
      headers['content-type'] = options.mediaType ?? (xml === undefined ? FHIR_JSON : FHIR_XML);
      headers['content-length'] = (own === result.body ? result.bodyBytes : undefined) ?? Buffer.byteLength(own);
    } else if (status !== 204 && status !== 304) {
      headers['content-length'] = 0;
    }
    let body = own;
    let sentStatus = status;
    if (wantsOpenhim(request.headers.accept)) {
      body = openhimAnswer({ status, headers, body, at: performance.timeOrigin + request.arrived });
      headers = { 'x-request-id': request.id, vary: headers.vary, 'content-type': JSON_OPENHIM };
      headers['content-length'] = Buffer.byteLength(body);
      // These go without a body.
      if (status === 204 || status === 304) sentStatus = 200;
    }
    reply.hijack();
    const send = (sent: string | Buffer | undefined): void => {
      options.record(request, status, result);
      endConnectionWhenClosing(reply);
      reply.raw.writeHead(sentStatus, headers);
      reply.raw.end(sent);
    };
    if (body === undefined || Number(headers['content-length']) < LEAST_COMPRESSED) {
      send(body);
      return reply;
    }
    headers.vary += ', Accept-Encoding';
    const encoding = encodingFor(String(request.headers['accept-encoding'] ?? ''));
    if (encoding === undefined) {
      send(body);
      return reply;
    }
    compressBody(body, encoding).then(
      bytes => {
        headers['content-encoding'] = encoding;
        headers['content-length'] = bytes.length;
        send(bytes);
      },
      () => send(body),
    );
    return reply;
  };
  if (text === undefined || xml === undefined)
    return sendText(text !== undefined && isPretty ? prettyText(text) : text);
  return text.length < LARGE
    ? sendText(xml.write(text, isPretty))
    : processes.run('writeXml', { text, isPretty }).then(sendText);
};
