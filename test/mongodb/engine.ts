import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { ferretdb } from '../../scripts/ferretdb.ts';

/** What answers the MongoDB protocol in tests. */
export interface Engine {
  /** Its URL without a database. */
  url: string;
  /** Name and version, and what it is. */
  description: string;
  /** Whether it has a primary and others, so that the loss of the primary can be tried. */
  isReplicaSet: boolean;
  /** Whether `explain` tells which index a plan uses. */
  explainsIndexes: boolean;
  close(): Promise<void>;
}

/** The server that `KIUNGO_TEST_MONGODB` names or, without it, FerretDB, started on a free port with an empty folder. */
export async function startEngine(): Promise<Engine> {
  const given = process.env.KIUNGO_TEST_MONGODB;
  if (given !== undefined) return { ...(await describe(given)), close: async () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'kiungo-ferretdb-'));
  const child = spawn(ferretdb(), [folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  const url = (await firstLine(child)).replace(/\/$/, '');
  return {
    ...(await describe(url)),
    close: async () => {
      const ended = new Promise(resolve => child.once('exit', resolve));
      child.stdin.end();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

const firstLine = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    child.stdout!.once('data', data => resolve(String(data).trim()));
    child.once('exit', code => reject(new Error(`FerretDB ended with ${code}`)));
  });

async function describe(url: string): Promise<Omit<Engine, 'close'>> {
  const client = await MongoClient.connect(url);
  try {
    const admin = client.db('admin');
    const { version, ferretdbVersion } = await admin.command({ buildInfo: 1 });
    const { setName, msg } = await admin.command({ hello: 1 });
    const isFerret = ferretdbVersion !== undefined;
    const kind = setName !== undefined ? 'replica set' : msg === 'isdbgrid' ? 'sharded cluster' : 'standalone';
    return {
      url,
      description: isFerret ? `FerretDB over SQLite (says it is MongoDB ${version})` : `MongoDB ${version}, ${kind}`,
      isReplicaSet: setName !== undefined,
      explainsIndexes: !isFerret,
    };
  } finally {
    await client.close();
  }
}
