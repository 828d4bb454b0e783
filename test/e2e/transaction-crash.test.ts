import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { JsonObject } from '../../src/fhir/resource.ts';
import { bundle, creation, named, update, urn } from '../http/bundles.ts';
import { patient } from '../http/resources.ts';
import { isOnMongodb, limitOf, runsOf, storeUrl } from '../store-url.ts';
import { type Connections, openConnections } from './connections.ts';
import { readAll } from './demo-claims.ts';
import { killServers, type ServerProcess, startServer } from './server-process.ts';

const ROUNDS = isOnMongodb ? 2 : 4;
const WRITERS = 8;
/** Lists that one transaction stores beside its two patients. */
const LISTS = runsOf(40);
const MOST_ANSWERS = runsOf(40);

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiungo-transactions-'));
});

afterEach(killServers);
afterAll(() => rm(folder, { recursive: true }));

/** A new patient, one that every transaction changes, and lists that name both. */
const transaction = (name: string): string =>
  JSON.stringify(
    bundle(
      'transaction',
      ...Array.from({ length: LISTS }, () =>
        creation({
          resourceType: 'List',
          identifier: [{ value: name }],
          status: 'current',
          mode: 'working',
          entry: [urn(1), 'Patient/all'].map(reference => ({ item: { reference } })),
        }),
      ),
      named(urn(1), creation(patient(name))),
      update(patient(name, { id: 'all' })),
    ),
  );

const nameOf = ({ identifier }: JsonObject): string => (identifier as { value: string }[])[0]!.value;

/** Lets all writers send transactions and kills the server after a random number of answers. @returns the names of those answered */
const writeAndKill = async (server: ServerProcess, round: number): Promise<string[]> => {
  const connections = openConnections(WRITERS);
  const answered: string[] = [];
  const last = 1 + Math.floor(Math.random() * MOST_ANSWERS);
  let killed: Promise<void> | undefined;
  let next = 0;
  const writer = async (): Promise<void> => {
    for (;;) {
      const name = `${round}-${next++}`;
      try {
        const { status, text } = await connections.send('POST', server.url, transaction(name));
        if (status !== 200) throw new Error(`${status} ${text}`);
        answered.push(name);
        if (answered.length >= last) killed ??= server.kill();
      } catch (error) {
        if (killed === undefined) throw error;
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
  await killed;
  connections.close();
  return answered;
};

/** @returns the names of the transactions that are there, each with all that it stores */
const expectWhole = async (url: string, connections: Connections): Promise<Set<string>> => {
  const people = new Map((await readAll(url, 'Patient', connections)).map(person => [`Patient/${person.id}`, person]));
  const lists = Map.groupBy(await readAll(url, 'List', connections), nameOf);
  for (const [name, ofOne] of lists) {
    expect(ofOne, name).toHaveLength(LISTS);
    const references = ofOne.map(({ entry }) => JSON.stringify(entry));
    expect(new Set(references).size).toBe(1);
    const [own, all] = (ofOne[0]!.entry as { item: { reference: string } }[]).map(({ item }) =>
      people.get(item.reference),
    );
    expect(nameOf(own!)).toBe(name);
    expect(all).toBeDefined();
  }
  const { text } = await connections.send('GET', `${url}/Patient/all/_history?_count=1000`);
  const { entry } = JSON.parse(text) as { entry: { resource: JsonObject }[] };
  expect(entry.map(({ resource }) => nameOf(resource)).sort()).toEqual([...lists.keys()].sort());
  expect(people.size).toBe(lists.size + 1);
  return new Set(lists.keys());
};

test('killed in the middle of transactions, again and again, the server has each of them whole or not at all', {
  timeout: limitOf(60_000),
}, async () => {
  const settings = { KIUNGO_STORE: storeUrl(folder) };
  let server = await startServer(settings);
  const answered: string[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    answered.push(...(await writeAndKill(server, round)));
    server = await startServer(settings);
    const connections = openConnections(4);
    const stored = await expectWhole(server.url, connections);
    expect(answered.filter(name => !stored.has(name))).toEqual([]);
    connections.close();
  }
  expect(await server.stop()).toBe(0);
});
