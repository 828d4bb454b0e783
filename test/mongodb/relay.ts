import { connect, createServer, type Socket } from 'node:net';
import { BSON } from 'mongodb';

/** A command on its way to the server. */
export interface Command {
  name: string;
  collection: string;
  body: BSON.Document;
}

/**
 * What becomes of it: it goes through; the connection breaks before the server sees it, or after it was carried out, before it is answered;
 * or it is answered in place of the server, which does not see it.
 */
export type Fate = 'pass' | 'break before' | 'break after' | { answer: BSON.Document };

/** A relay between a driver and a server, which can do what networks and servers do on bad days. */
export interface Relay {
  url: string;
  /** Decides about each command that a program sends; what drivers send on their own (hello, ping) goes through while the relay is open. */
  decide: (command: Command) => Fate;
  /** Breaks all connections, and takes no new ones until it is opened again. */
  cut(): void;
  open(): void;
  close(): Promise<void>;
}

const OP_MSG = 2013;
const HEAD = 16;
/** Length of the head, the flags and the kind of the first section. */
const BODY = HEAD + 5;

const OWN_COMMANDS = new Set(['hello', 'ismaster', 'isMaster', 'ping', 'endSessions', 'killCursors']);

/** Splits bytes as they come into whole messages. */
const messages = (socket: Socket, take: (message: Buffer) => void): void => {
  let rest = Buffer.alloc(0);
  socket.on('data', bytes => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
      const length = rest.readInt32LE(0);
      take(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
  });
};

const commandOf = (message: Buffer): Command | undefined => {
  if (message.readInt32LE(12) !== OP_MSG) return undefined;
  const body = BSON.deserialize(message.subarray(BODY, BODY + message.readInt32LE(BODY)));
  const [name] = Object.keys(body);
  return OWN_COMMANDS.has(name!) ? undefined : { name: name!, collection: String(body[name!]), body };
};

const answerTo = (message: Buffer, document: BSON.Document): Buffer => {
  const body = BSON.serialize(document);
  const head = Buffer.alloc(BODY);
  head.writeInt32LE(BODY + body.length, 0);
  head.writeInt32LE(message.readInt32LE(4), 8);
  head.writeInt32LE(OP_MSG, 12);
  return Buffer.concat([head, body]);
};

/** Starts a relay to the server that a `mongodb:` URL without a database names. */
export async function startRelay(target: string): Promise<Relay> {
  const { hostname, port } = new URL(target.replace('mongodb:', 'http:'));
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer(client => {
    if (isCut) return void client.destroy();
    const upstream = connect(Number(port), hostname);
    /** By the number of the request: those whose answers are not to arrive. */
    const unanswered = new Set<number>();
    const both = [client, upstream];
    const end = (): void => {
      for (const socket of both) socket.destroy();
    };
    for (const socket of both) {
      sockets.add(socket);
      socket.on('error', end).on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    messages(client, message => {
      const command = commandOf(message);
      const fate = command === undefined ? 'pass' : relay.decide(command);
      if (fate === 'break before') return end();
      if (typeof fate === 'object') return void client.write(answerTo(message, fate.answer));
      if (fate === 'break after') unanswered.add(message.readInt32LE(4));
      upstream.write(message);
    });
    messages(upstream, message => {
      if (unanswered.has(message.readInt32LE(8))) return end();
      client.write(message);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as { port: number };
  const relay: Relay = {
    url: `mongodb://127.0.0.1:${address.port}`,
    decide: () => 'pass',
    cut: () => {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    open: () => {
      isCut = false;
    },
    close: async () => {
      const closed = new Promise(resolve => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return relay;
}
