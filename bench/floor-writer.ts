import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** The thread that writes for the floor: inserts the texts of a message in one durable commit, then answers with their ids. */
const database = new DatabaseSync(workerData as string);
database.exec(
  'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE body (id INTEGER PRIMARY KEY, text TEXT)',
);
const insert = database.prepare('INSERT INTO body (text) VALUES (?)');

parentPort!.on('message', (texts: string[]) => {
  database.exec('BEGIN');
  const ids = texts.map(text => Number(insert.run(text).lastInsertRowid));
  database.exec('COMMIT');
  parentPort!.postMessage(ids);
});
