import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply } from 'fastify';

/**
 * Lets a server that closes come to its end: connections on which nobody has said anything are hung up at once, and those that are
 * still sending a request when `limitMs` have passed, then. Node itself looks at no limits any more once a server closes.
 */
export const closeInTime = (app: FastifyInstance, limitMs: number, isTls: boolean): void => {
  const sockets = new Set<Socket>();
  let isClosing = false;
  // Those with TLS are known by what is said inside of it.
  app.server.on(isTls ? 'secureConnection' : 'connection', (socket: Socket) => {
    // It was agreeing on TLS when the server began to close.
    if (isClosing) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  app.addHook('preClose', async () => {
    isClosing = true;
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    setTimeout(() => app.server.closeAllConnections(), limitMs).unref();
  });
};

/** Tells a client whose answer is sent while the server closes that it is the last one on this connection, and makes it so. */
export const endConnectionWhenClosing = (reply: FastifyReply): void => {
  if (!reply.server.server.listening) reply.raw.setHeader('connection', 'close');
};
