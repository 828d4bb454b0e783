import { parentPort, workerData } from 'node:worker_threads';
import { StoreError } from '../store-error.ts';
import { Batches } from './batches.ts';
import { openConnection } from './connection.ts';
import { emptyLog } from './empty-log.ts';
import { translateError } from './errors.ts';
import { unpackUnit } from './pack-unit.ts';
import { PacketReader } from './packet.ts';
import { createRowSeal } from './row-seal.ts';
import type { FromWriter, SentError, ToWriter, WriterData } from './writer-messages.ts';

/** The writer thread: the one connection that writes. Commits packets one after the other, each in one transaction. */
const port = parentPort!;
const { file, durable, cacheBytes, keys, ...limits } = workerData as WriterData;
const database = openConnection(file, { readOnly: false, durable, cacheBytes });
const batches = new Batches(database, limits, createRowSeal(keys));

const send = (message: FromWriter, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

function sentError(error: unknown): SentError {
  const translated = translateError(error);
  if (translated instanceof StoreError) return { kind: translated.kind, message: translated.message };
  return { message: translated instanceof Error ? (translated.stack ?? translated.message) : String(translated) };
}

function check(): SentError | undefined {
  try {
    database.exec("INSERT OR REPLACE INTO setting (name, value) VALUES ('checked', randomblob(8))");
    return undefined;
  } catch (error) {
    return sentError(error);
  }
}

port.on('message', (message: ToWriter) => {
  if (message.kind === 'commit') {
    const { packet } = message;
    const reader = new PacketReader(packet);
    const units = [];
    while (!reader.atEnd) units.push(unpackUnit(reader));
    const results = batches.commit(units).map(result => (result instanceof Error ? sentError(result) : result));
    const buffers = { numbers: packet.numbers.buffer, terms: packet.terms, bodies: packet.bodies };
    send({ kind: 'committed', results, buffers }, Object.values(buffers));
  } else if (message.kind === 'check') {
    const error = check();
    send(error ? { kind: 'checked', error } : { kind: 'checked' });
  } else {
    // The file by itself is then the whole database, for whoever copies it.
    if (durable) emptyLog(database);
    database.close();
    send({ kind: 'closed' });
    port.close();
  }
});

send({ kind: 'ready' });
