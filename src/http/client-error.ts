import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type RequestRule, refuse } from '../fhir/fhir-error.ts';
import { operationOutcome } from '../fhir/operation-outcome.ts';
import { FHIR_JSON } from './media-type.ts';

const RULES: Readonly<Record<string, readonly [RequestRule, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['request-timeout', 'The request did not arrive in time (KIUNGO_REQUEST_TIMEOUT_MS).'],
  HPE_HEADER_OVERFLOW: ['headers-too-large', 'URL and headers are too long. Send long searches with POST to _search.'],
};

/** Answers what is no HTTP request, or not a whole one, so that no route ever sees it; then hangs up. `requestId` is told. */
export const answerClientError = (error: Error & { code?: string }, socket: Socket, requestId: string): void => {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const [rule, text] = RULES[error.code ?? ''] ?? ['request-malformed', 'This is not a request of HTTP/1.1.'];
  const { status, issues } = refuse(rule, text);
  const body = JSON.stringify(operationOutcome(issues));
  if (socket.writable) {
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: ${FHIR_JSON}\r\nX-Request-Id: ${requestId}\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  }
  socket.destroySoon();
};
