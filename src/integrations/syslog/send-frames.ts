import { type ConnectionOptions, connect } from 'node:tls';

/** Sends frames, and resolves when the receiver has read them all; rejects where that is not known. */
export type SendFrames = (frames: readonly Buffer[]) => Promise<void>;

const TIMEOUT_MS = 10_000;

/**
 * Syslog answers nothing, and what was written to a connection may be lost with it. So each group of frames has a connection of its own,
 * which is ended in order: a receiver that ends it too has read all that came before.
 * https://www.rfc-editor.org/rfc/rfc5425#section-4.4
 */
export const createSendFrames =
  (options: ConnectionOptions): SendFrames =>
  frames =>
    new Promise((resolve, reject) => {
      let isWritten = false;
      const socket = connect({ ...options, minVersion: 'TLSv1.2', timeout: TIMEOUT_MS });
      const fail = (reason: string): void => {
        reject(new Error(reason));
        socket.destroy();
      };
      socket.once('secureConnect', () =>
        socket.end(Buffer.concat(frames), () => {
          isWritten = true;
        }),
      );
      // A receiver has nothing to say; its end is seen only where it is read.
      socket.resume();
      socket.once('timeout', () => fail(`The receiver did not end a connection within ${TIMEOUT_MS} ms`));
      socket.once('error', error => fail(error.message));
      socket.once('end', () => {
        if (isWritten) resolve();
        else fail('The receiver ended the connection before all was sent');
      });
      socket.once('close', () => fail('The receiver broke the connection off'));
    });
