import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runReencrypt } from '../scripts/reencrypt/run-reencrypt.ts';
import { verifyAudit } from '../src/audit/verify-audit.ts';
import { readConfig } from '../src/config.ts';
import { openStore } from '../src/store/open-store.ts';
import type { Store } from '../src/store/store.ts';
import { readStoreKeys } from '../src/store/store-keys.ts';

let folder: string;
const at = (name: string): string => join(folder, name);
const settings = (...ids: string[]) => ({
  KIUNGO_STORE: `sqlite:${at('store.db')}`,
  KIUNGO_STORE_KEYS: ids.map(id => `${id}=${at(id)}`).join(),
});

const open = async (...ids: string[]): Promise<Store> => {
  const { store, storeKeys } = readConfig(settings(...ids));
  return openStore(store, { keys: readStoreKeys(storeKeys), foldRows: 1, fullTextTypes: ['List'] });
};

const newKey = (id: string): void => writeFileSync(at(id), randomBytes(32).toString('base64'));

/** What packing does not make shorter, so that it is found in the files where it is in clear. */
const SECRETS = Array.from({ length: 40 }, () =>
  String.fromCodePoint(...[...randomBytes(60)].map(byte => 0xa0 + (byte % 96))),
);
const bodyOf = (number: number): string => JSON.stringify({ resourceType: 'Basic', text: SECRETS[number] });

const write = (store: Store, number: number, resourceType = 'Basic', versionId = 1) =>
  store.commit({
    changes: [
      {
        ...{ resourceType, id: `i${number}`, versionId, method: 'PUT', lastUpdated: number + 1 },
        ...{ text: bodyOf(number), index: [] },
      },
    ],
    audit: [{ at: number + 1, keys: ['client=a'], text: JSON.stringify({ d: 'search', q: SECRETS[number] }) }],
  });

const read = async (store: Store, number: number) =>
  (await store.read({ resourceType: 'Basic', id: `i${number}` }))?.body;

/** Codecs of bodies, and whether texts of the audit trail are in clear, as they are in the file. */
const kept = (): { codecs: number[]; ids: string[]; auditInClear: number } => {
  const database = new DatabaseSync(at('store.db'), { readOnly: true });
  const rows = database.prepare('SELECT codec, body FROM version').all() as { codec: number; body: Uint8Array }[];
  const { n } = database.prepare("SELECT count(*) AS n FROM audit WHERE text LIKE '{%'").get() as { n: number };
  database.close();
  const sealed = rows.filter(({ codec }) => codec >= 2);
  const ids = sealed.map(({ body }) => Buffer.from(body.subarray(1, 1 + body[0]!)).toString());
  return { codecs: [...new Set(rows.map(({ codec }) => codec >> 1))], ids: [...new Set(ids)], auditInClear: n };
};

const isInFiles = (text: string): boolean =>
  [at('store.db'), at('store.db-wal')].some(file => existsSync(file) && readFileSync(file).includes(text));

const said: string[] = [];
const reencrypt = (ids: string[], ...args: string[]) => runReencrypt(args, settings(...ids), text => said.push(text));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiungo-at-rest-'));
  newKey('first');
  newKey('second');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a store with keys', () => {
  it('keeps bodies and what was asked sealed, and gives all of it back, from memory and from disk', async () => {
    const store = await open('first');
    for (let number = 0; number < 5; number++) await write(store, number);
    await write(store, 1, 'Basic', 2);
    expect(isInFiles(SECRETS[3]!)).toBe(false);
    await store.close();
    expect(isInFiles(SECRETS[3]!)).toBe(false);
    expect(kept()).toEqual({ codecs: [1], ids: ['first'], auditInClear: 0 });

    const again = await open('first');
    expect(await read(again, 3)).toBe(bodyOf(3));
    const basic = { resourceType: 'Basic', id: 'i1' };
    expect((await again.readVersion(basic, 1))?.body).toBe(bodyOf(1));
    expect((await again.history({ of: basic, count: 9 })).versions).toHaveLength(2);
    expect((await again.changes(0, 99)).map(({ body }) => body)).toContain(bodyOf(4));
    const [row] = await again.auditRows({ anyOf: ['client=a'], count: 1 });
    expect(JSON.parse(row!.text)).toEqual({ d: 'search', q: SECRETS[0] });
    expect(await verifyAudit(again)).toMatchObject({ rows: 6 });
    await again.close();
  });

  it('finds words in what is sealed, indexed or not', async () => {
    const store = await open('first');
    for (const resourceType of ['Basic', 'List']) {
      const head = { resourceType, versionId: 1, method: 'PUT', lastUpdated: 1, index: [] } as const;
      const text = JSON.stringify({ resourceType, code: { text: 'neema' } });
      await store.commit({ changes: [{ ...head, id: 'a', text }] });
      await store.commit({ changes: [{ ...head, id: 'b', text: '{}' }] });
      const isIndexed = resourceType === 'List';
      const page = await store.search({
        resourceType,
        where: [{ kind: 'text', part: 'content', anyOf: [[{ words: 'neema', isBegun: false }]], isIndexed }],
        ...{ sort: [], count: 10, total: 'none' },
      });
      expect(page.versions.map(({ id }) => id)).toEqual(['a']);
    }
    await store.close();
  });

  it('is not opened without the keys that it was sealed with', async () => {
    const store = await open('first');
    await write(store, 0);
    await store.close();
    await expect(open()).rejects.toThrow(/sealed with the key "first"\. Name it.*KIUNGO_STORE_KEYS/);
    await expect(open('second')).rejects.toThrow('sealed with the key "first"');
    newKey('first');
    await expect(open('first')).rejects.toThrow(/has another one\. Name the right file/);
    writeFileSync(at('first'), 'secret');
    await expect(open('first')).rejects.toThrow(`${at('first')}: The key must be 32 bytes`);
  });
});

describe('reencrypt', () => {
  it('seals what was in clear while a server writes, so that nothing of it stays in the files', async () => {
    const clear = await open();
    for (let number = 0; number < 20; number++) await write(clear, number);
    await clear.close();
    expect(isInFiles(SECRETS[7]!)).toBe(true);

    const store = await open('first');
    const writing = (async () => {
      for (let number = 20; number < 40; number++) await write(store, number);
    })();
    await reencrypt(['first']);
    await writing;
    expect(said.at(-1)).toMatch(/^40 rows were encrypted with the key "first"/);
    for (const number of [0, 7, 19, 39]) expect(await read(store, number)).toBe(bodyOf(number));
    expect(await verifyAudit(store)).toMatchObject({ rows: 40 });
    await store.close();
    expect(SECRETS.filter(isInFiles)).toEqual([]);
    expect(kept()).toEqual({ codecs: [1], ids: ['first'], auditInClear: 0 });
  });

  it('changes the key, after which the old one can be thrown away', async () => {
    const store = await open('first');
    for (let number = 0; number < 3; number++) await write(store, number);
    await expect(reencrypt(['second', 'first'])).rejects.toThrow(/does not seal with the key "second"\. Start it anew/);
    await store.close();
    const rotating = await open('second', 'first');
    await write(rotating, 3);
    await reencrypt(['second', 'first']);
    expect(said.at(-1)).toMatch(/^6 rows/);
    await reencrypt(['second']);
    expect(said.at(-1)).toMatch(/^0 rows/);
    await rotating.close();
    expect(kept().ids).toEqual(['second']);
    const after = await open('second');
    for (let number = 0; number < 4; number++) expect(await read(after, number)).toBe(bodyOf(number));
    await after.close();
  });

  it('goes back to clear where no server runs', async () => {
    const store = await open('first');
    await write(store, 0);
    await expect(reencrypt(['first'], '--clear')).rejects.toThrow('in use');
    await store.close();
    await reencrypt(['first'], '--clear');
    expect(kept()).toEqual({ codecs: [0], ids: [], auditInClear: 1 });
    const clear = await open();
    expect(await read(clear, 0)).toBe(bodyOf(0));
    await clear.close();
  });

  it('says what is missing', async () => {
    await expect(reencrypt([])).rejects.toThrow('Name the keys');
    await expect(reencrypt(['first'])).rejects.toThrow('There is no');
    const inMongodb = { KIUNGO_STORE: 'mongodb://a.example/kiungo', KIUNGO_STORE_KEYS: 'a=b' };
    expect(() => readConfig(inMongodb)).toThrow('KIUNGO_STORE_KEYS is for a store of sqlite:');
    expect(() => readConfig({ KIUNGO_STORE_KEYS: 'a=b,a=c' })).toThrow('each id once');
  });
});
