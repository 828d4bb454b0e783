import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import Fastify from 'fastify';
import { claimBody } from './claim-body.ts';

/**
 * The least that a server in this language can do: `POST /floor` parses the body, has its text inserted durably together with all
 * that came meanwhile, and answers; `GET /bare` sends a stored string of a Claim's size. The insert is done by a thread, as in any
 * server that also reads: on the main one, every wait for the disk would stop all other requests.
 */
const folder = mkdtempSync(join(tmpdir(), 'kiungo-floor-'));
const writer = new Worker(new URL('./floor-writer.ts', import.meta.url), { workerData: join(folder, 'floor.db') });

interface Waiting {
  text: string;
  done: (id: number) => void;
}
let waiting: Waiting[] = [];
let writing: Waiting[] = [];

const send = (): void => {
  writing = waiting;
  waiting = [];
  if (writing.length > 0) writer.postMessage(writing.map(({ text }) => text));
};

writer.on('message', (ids: number[]) => {
  for (const [index, { done }] of writing.entries()) done(ids[index]!);
  send();
});

const store = (text: string): Promise<number> =>
  new Promise(done => {
    waiting.push({ text, done });
    if (writing.length === 0 && waiting.length === 1) setImmediate(send);
  });

const app = Fastify({ logger: false, bodyLimit: 5 * 1024 * 1024 });
const bare = claimBody(0);

app.removeAllContentTypeParsers();
app.addContentTypeParser('application/fhir+json', { parseAs: 'string' }, (_request, body, done) => done(null, body));
app.get('/bare', (_request, reply) => reply.header('content-type', 'application/fhir+json; charset=utf-8').send(bare));
const pages = new Map<string, string>();
app.get('/bare-page', (request, reply) => {
  const { claims } = request.query as { claims: string };
  const page = pages.get(claims) ?? `[${Array.from({ length: Number(claims) }, () => bare).join()}]`;
  pages.set(claims, page);
  return reply.header('content-type', 'application/fhir+json; charset=utf-8').send(page);
});
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
  await writer.terminate();
  rmSync(folder, { recursive: true });
});
const address = await app.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${address}\n`);
