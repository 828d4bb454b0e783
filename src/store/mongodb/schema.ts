import { randomBytes } from 'node:crypto';
import type { Db, IndexDescription } from 'mongodb';
import { type Collections, collectionsOf } from './collections.ts';
import { isDuplicateKey } from './errors.ts';

/** Counts with every change of the form of what is stored. */
const SCHEMA = 1;

/** The indexes of each collection; `docs/deploy-mongodb.md` says what each is for. */
export const INDEXES: Readonly<Record<'version' | 'part' | 'name' | 'audit', readonly IndexDescription[]>> = {
  version: [
    { key: { terms: 1, _id: 1 }, name: 'terms' },
    { key: { name: 1, versionId: 1 }, name: 'name', unique: true },
    { key: { type: 1, _id: 1 }, name: 'type' },
    { key: { type: 1, updated: 1 }, name: 'updated' },
    { key: { identities: 1 }, name: 'identities', sparse: true },
    { key: { stale: 1 }, name: 'stale', sparse: true },
  ],
  part: [{ key: { batch: 1 }, name: 'batch' }],
  name: [{ key: { until: 1 }, name: 'until' }],
  audit: [
    { key: { at: 1, _id: 1 }, name: 'at' },
    { key: { keys: 1, at: 1, _id: 1 }, name: 'keys' },
  ],
};

const ALREADY_EXISTS = 48;

/**
 * Makes the collections and indexes that are not there yet, while others go on working, and gives the store its key for signing. Says
 * where the database was written by a later release.
 */
export async function migrate(database: Db): Promise<Collections> {
  const collections = collectionsOf(database);
  const { setting } = collections;
  await remember(collections, 'schema', String(SCHEMA));
  const found = Number((await setting.findOne({ _id: 'schema' }))?.value);
  if (found > SCHEMA) {
    throw new Error(
      `The database ${database.databaseName} was written by a later release (schema ${found}). Use that.`,
    );
  }
  for (const name of ['version', 'batch', 'part', 'name', 'audit'] as const) await createCollection(database, name);
  for (const [name, indexes] of Object.entries(INDEXES)) {
    const there = new Set((await database.collection(name).indexes()).map(index => index.name));
    const missing = indexes.filter(index => !there.has(index.name));
    if (missing.length > 0) await database.collection(name).createIndexes([...missing]);
  }
  await remember(collections, 'signing-key', randomBytes(32).toString('hex'));
  return collections;
}

/** The key of the store, which all of its processes share. */
export async function readSigningKey({ setting }: Collections): Promise<Buffer> {
  return Buffer.from((await setting.findOne({ _id: 'signing-key' }))!.value, 'hex');
}

/** Keeps a value, if there is none yet: of several processes the first is right. */
async function remember({ setting }: Collections, name: string, value: string): Promise<void> {
  if ((await setting.findOne({ _id: name })) !== null) return;
  try {
    await setting.insertOne({ _id: name, value });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

/** Bodies are packed by the database. */
const PACKED = { wiredTiger: { configString: 'block_compressor=zstd' } };

async function createCollection(database: Db, name: string): Promise<void> {
  try {
    await database.createCollection(name, { storageEngine: PACKED });
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === ALREADY_EXISTS;
    if (!isThere) throw error;
  }
}
