import { type Db, MongoClient, type MongoClientOptions } from 'mongodb';

/** The database where the URL names none. */
const DATABASE = 'kiungo';

/** Milliseconds that a request waits for a server that can answer it, unless the URL says otherwise. */
const PATIENCE_MS = 10_000;

/** A connection, and the database that its URL names. */
export interface Connection {
  client: MongoClient;
  database: Db;
}

/** What is committed is on disk, and on a majority, and nothing is read that could be lost. The URL may say otherwise of `w` and `journal`. */
const DURABLE: MongoClientOptions = {
  appName: 'Kiungo',
  ignoreUndefined: true,
  readConcernLevel: 'majority',
};

/**
 * Connects to the deployment that a `mongodb:` or `mongodb+srv:` URL names; user, TLS, and all other settings of the driver stand in it.
 * Rejects with an Error that says what to change, without what is secret in the URL.
 */
export async function connect(url: string): Promise<Connection> {
  let client: MongoClient;
  try {
    const patience = /[?&]serverSelectionTimeoutMS=/i.test(url) ? {} : { serverSelectionTimeoutMS: PATIENCE_MS };
    client = new MongoClient(url, { ...DURABLE, ...patience });
  } catch (error) {
    throw new Error(`The URL of the database cannot be used: ${messageOf(error)}`, { cause: error });
  }
  const { readPreference, writeConcern, dbName } = client.options;
  if (!['primary', 'primaryPreferred'].includes(readPreference.mode)) {
    throw new Error(
      `readPreference=${readPreference.mode} cannot be used: what one process has answered, the next one must find. Leave it out.`,
    );
  }
  const { w = 'majority', journal = true } = writeConcern ?? {};
  if (w === 0) throw new Error('w=0 cannot be used: nobody would know what is stored. Leave it out.');
  try {
    await client.connect();
  } catch (error) {
    await client.close();
    throw new Error(`The database cannot be reached: ${messageOf(error)}`, { cause: error });
  }
  const name = /^mongodb(\+srv)?:\/\/[^/]*\/[^?]/.test(url) ? dbName : DATABASE;
  return { client, database: client.db(name, { writeConcern: { w, journal } }) };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
