import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { JsonObject } from '../../src/fhir/resource.ts';
import { isOnMongodb, limitOf, runsOf, storeUrl } from '../store-url.ts';
import { type Connections, openConnections } from './connections.ts';
import { claimText, loadDemoScheme, readAll } from './demo-claims.ts';
import { killServers, type ServerProcess, startServer } from './server-process.ts';

const ROUNDS = isOnMongodb ? 2 : 6;
const WRITERS = 64;
/** The server is killed after so many answers at most, while all writers wait for their next one. */
const MOST_ANSWERS = runsOf(800);
/** One writer in so many changes patients, all of them the same few. */
const PATIENT_WRITERS = 5;
const PATIENTS = ['zuri-sadiki', 'juma-sadiki', 'baraka-lungu'];

/** A write that was answered: the version by its path, and the text that it was answered with. */
interface Acknowledged {
  path: string;
  text: string;
}

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiungo-kill-'));
});

afterEach(killServers);
afterAll(() => rm(folder, { recursive: true }));

const acknowledged = (resourceType: string, text: string): Acknowledged => {
  const { id, meta } = JSON.parse(text) as { id: string; meta: { versionId: string } };
  return { path: `${resourceType}/${id}/_history/${meta.versionId}`, text };
};

/** Lets all writers write, kills the server after a random number of answers, and tells what was answered by then. */
const writeAndKill = async (server: ServerProcess, round: number, patients: JsonObject[]): Promise<Acknowledged[]> => {
  const connections = openConnections(WRITERS);
  const answers: Acknowledged[] = [];
  const last = 1 + Math.floor(Math.random() * MOST_ANSWERS);
  let killed: Promise<void> | undefined;
  let next = 0;

  const writeOnce = async (writer: number): Promise<void> => {
    const code = `${round}-${next++}`;
    const isPatient = writer % PATIENT_WRITERS === 0;
    const patient = patients[writer % patients.length]!;
    const { status, text } = isPatient
      ? await connections.send(
          'PUT',
          `${server.url}/Patient/${patient.id}`,
          JSON.stringify({ ...patient, telecom: [{ system: 'phone', value: code }] }),
        )
      : await connections.send('POST', `${server.url}/Claim`, claimText(code));
    if (status !== (isPatient ? 200 : 201)) throw new Error(`${status} ${text}`);
    answers.push(acknowledged(isPatient ? 'Patient' : 'Claim', text));
    if (answers.length >= last) killed ??= server.kill();
  };
  const writer = async (_value: unknown, index: number): Promise<void> => {
    for (;;) {
      try {
        await writeOnce(index);
      } catch (error) {
        if (killed === undefined) throw error;
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
  await killed;
  connections.close();
  expect(answers.length).toBeGreaterThanOrEqual(last);
  return answers;
};

const expectAll = async (url: string, writes: readonly Acknowledged[], { send }: Connections): Promise<void> => {
  const rest = writes.values();
  const reader = async (): Promise<void> => {
    for (const { path, text } of rest) {
      const found = await send('GET', `${url}/${path}`);
      if (found.text !== text) expect(found, path).toEqual({ status: 200, text });
    }
  };
  await Promise.all(Array.from({ length: 16 }, reader));
};

const expectWholeHistories = async (url: string, { send }: Connections): Promise<void> => {
  for (const id of PATIENTS) {
    const { text } = await send('GET', `${url}/Patient/${id}/_history?_count=1000`);
    const { entry, link } = JSON.parse(text) as {
      entry: { resource: { meta: { versionId: string } } }[];
      link: { relation: string }[];
    };
    const versions = entry.map(({ resource }) => Number(resource.meta.versionId));
    expect(link.map(({ relation }) => relation)).not.toContain('next');
    expect(versions).toEqual(Array.from({ length: versions.length }, (_, index) => versions.length - index));
  }
};

const expectAnswersToAllClaims = async (url: string, connections: Connections): Promise<number> => {
  const claims = (await readAll(url, 'Claim', connections)).map(({ id }) => id).sort();
  const responses = await readAll(url, 'ClaimResponse', connections);
  expect(responses.map(({ id }) => id).sort()).toEqual(claims);
  expect(responses.map(({ request }) => (request as JsonObject).reference).sort()).toEqual(
    claims.map(id => `Claim/${id}`),
  );
  return claims.length;
};

test('killed in the middle of 64 writers, again and again, the server loses nothing that it has answered', {
  timeout: limitOf(60_000),
}, async () => {
  const settings = { KIUNGO_STORE: storeUrl(folder), KIUNGO_CLAIM_MODE: 'forward' };
  let server = await startServer(settings);
  const setUp = openConnections(1);
  await loadDemoScheme(server.url, setUp);
  const patients = await Promise.all(
    PATIENTS.map(async id => JSON.parse((await setUp.send('GET', `${server.url}/Patient/${id}`)).text) as JsonObject),
  );
  setUp.close();
  const writes: Acknowledged[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const answered = await writeAndKill(server, round, patients);
    writes.push(...answered);

    server = await startServer(settings);
    expect(server.complaint()).toBe('');
    expect(server.startLog.map(({ msg }) => msg)).toEqual(['ready']);
    const connections = openConnections(16);
    await expectAll(server.url, round === ROUNDS ? writes : answered, connections);
    await expectWholeHistories(server.url, connections);
    const claims = await expectAnswersToAllClaims(server.url, connections);
    expect(claims).toBeGreaterThanOrEqual(writes.filter(({ path }) => path.startsWith('Claim/')).length);
    connections.close();
  }
  expect(new Set(writes.map(({ path }) => path)).size).toBe(writes.length);
  expect(await server.stop()).toBe(0);
});
