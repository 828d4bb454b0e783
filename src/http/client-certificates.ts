import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/**
 * Notes the certificate that each connection was opened with, if the server has accepted it. Gives what tells its SHA-256 fingerprint
 * for a request: 64 hexadecimal digits.
 */
export const noteCertificates = (app: FastifyInstance): ((request: FastifyRequest) => string | undefined) => {
  const fingerprints = new WeakMap<Socket, string>();
  app.server.on('secureConnection', (socket: TLSSocket) => {
    if (!socket.authorized) return;
    const { fingerprint256 } = socket.getPeerCertificate();
    if (fingerprint256 !== undefined) fingerprints.set(socket, fingerprint256.replaceAll(':', '').toLowerCase());
  });
  return ({ raw }) => fingerprints.get(raw.socket);
};
