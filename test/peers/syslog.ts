import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { TestCertificate } from '../http/certificates.ts';

/** A message as it came, by RFC 5424. */
export interface SyslogMessage {
  priority: number;
  host: string;
  application: string;
  sequenceId: number;
  /** What follows the byte order mark, as JSON. */
  body: unknown;
}

/** A receiver of syslog over TLS, which takes messages by their counted bytes alone. */
export interface SyslogPeer {
  port: number;
  messages: readonly SyslogMessage[];
  connections(): number;
  /** `cut`: it breaks each connection off, and reads nothing. */
  behave(how: 'well' | 'cut'): void;
  close(): Promise<void>;
}

const MESSAGE = /^<(\d+)>1 (?:\S+Z) (\S+) (\S+) \d+ AuditEvent \[meta sequenceId="(\d+)"\] \uFEFF(.*)$/s;

const readMessages = (bytes: Buffer): SyslogMessage[] => {
  const messages: SyslogMessage[] = [];
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(' ', at);
    const begin = space + 1;
    at = begin + Number(bytes.subarray(at, space).toString());
    const text = bytes.subarray(begin, at).toString();
    const [, priority, host = '', application = '', sequenceId, body] = MESSAGE.exec(text) ?? [];
    if (body === undefined) throw new Error(`No message of syslog: ${text.slice(0, 200)}`);
    const numbers = { priority: Number(priority), sequenceId: Number(sequenceId) };
    messages.push({ ...numbers, host, application, body: JSON.parse(body) });
  }
  return messages;
};

/** Starts the receiver with a certificate. With an authority it asks for certificates that this has signed. */
export const startSyslog = async (own: TestCertificate, authority?: TestCertificate): Promise<SyslogPeer> => {
  const messages: SyslogMessage[] = [];
  let connections = 0;
  let mood: 'well' | 'cut' = 'well';
  const server = createServer({
    ...{ cert: own.cert, key: own.key },
    ...(authority !== undefined && { ca: authority.cert, requestCert: true, rejectUnauthorized: true }),
  });
  server.on('tlsClientError', () => {});
  let last: Socket | undefined;
  server.on('connection', socket => {
    last = socket;
  });
  server.on('secureConnection', socket => {
    connections++;
    socket.on('error', () => {});
    if (mood === 'cut') {
      last?.resetAndDestroy();
      return;
    }
    const chunks: Buffer[] = [];
    socket.on('data', chunk => chunks.push(chunk));
    socket.on('end', () => messages.push(...readMessages(Buffer.concat(chunks))));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    messages,
    connections: () => connections,
    behave: how => {
      mood = how;
    },
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
};
