import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import Fastify from 'fastify';
import { claimBody } from './claim-body.ts';

/**
 * The least that a server in this language can do: `POST /floor` parses the body, inserts its text durably together with all that
 * came in the same turn of the event loop, and answers; `GET /bare` sends a stored string of a Claim's size.
 */
const folder = mkdtempSync(join(tmpdir(), 'kiungo-floor-'));
const database = new DatabaseSync(join(folder, 'floor.db'));
database.exec(
  'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE body (id INTEGER PRIMARY KEY, text TEXT)',
);
const insert = database.prepare('INSERT INTO body (text) VALUES (?)');

let waiting: { text: string; done: (id: number) => void }[] = [];

const commit = (): void => {
  const batch = waiting;
  waiting = [];
  database.exec('BEGIN');
  const ids = batch.map(({ text }) => Number(insert.run(text).lastInsertRowid));
  database.exec('COMMIT');
  for (const [index, { done }] of batch.entries()) done(ids[index]!);
};

const store = (text: string): Promise<number> =>
  new Promise(done => {
    if (waiting.length === 0) setImmediate(commit);
    waiting.push({ text, done });
  });

const app = Fastify({ logger: false, bodyLimit: 5 * 1024 * 1024 });
const bare = claimBody(0);

app.removeAllContentTypeParsers();
app.addContentTypeParser('application/fhir+json', { parseAs: 'string' }, (_request, body, done) => done(null, body));
app.get('/bare', (_request, reply) => reply.header('content-type', 'application/fhir+json; charset=utf-8').send(bare));
app.post('/floor', async (request, reply) => {
  const text = request.body as string;
  const resource = JSON.parse(text) as { resourceType: string };
  const id = await store(text);
  return reply
    .code(201)
    .header('content-type', 'application/fhir+json; charset=utf-8')
    .header('location', `/${resource.resourceType}/${id}`)
    .send(text);
});
process.on('SIGTERM', async () => {
  await app.close();
  database.close();
  rmSync(folder, { recursive: true });
});
const address = await app.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${address}\n`);
