import { Agent, type IncomingHttpHeaders, request as openRequest } from 'node:http';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** Longest that one answer may take. */
const ANSWER_LIMIT_MS = 20_000;

/** HTTP clients, each on a connection of its own that stays open. */
export interface Connections {
  send(method: string, url: string, body?: string): Promise<Answer>;
  /** Sends a request and breaks the connection: in the middle of the body, or right after the end of it. */
  sendAndBreak(method: string, url: string, body: string, when: 'in the body' | 'after the body'): Promise<void>;
  close(): void;
}

const HEADERS = { 'content-type': 'application/fhir+json' };

/** @param limitMs longest that one answer may take, in milliseconds */
export const openConnections = (maxSockets: number, limitMs: number = ANSWER_LIMIT_MS): Connections => {
  const agent = new Agent({ keepAlive: true, maxSockets });
  return {
    send: (method, url, body) =>
      new Promise((resolve, reject) => {
        const headers = body === undefined ? {} : { ...HEADERS, 'content-length': Buffer.byteLength(body) };
        const request = openRequest(url, { method, agent, headers, timeout: limitMs }, response => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({
              status: response.statusCode!,
              headers: response.headers,
              text: Buffer.concat(chunks).toString(),
            }),
          );
        });
        request.on('error', reject);
        request.on('timeout', () => request.destroy(new Error(`No answer in ${limitMs} ms`)));
        request.end(body);
      }),
    sendAndBreak: (method, url, body, when) =>
      new Promise(resolve => {
        const bytes = Buffer.from(body);
        const headers = { ...HEADERS, 'content-length': bytes.length };
        const request = openRequest(url, { method, headers });
        request.on('error', () => undefined);
        request.on('response', response => response.resume());
        request.on('close', resolve);
        if (when === 'after the body') request.end(bytes, () => request.destroy());
        else request.write(bytes.subarray(0, bytes.length >> 1), () => request.destroy());
      }),
    close: () => agent.destroy(),
  };
};
