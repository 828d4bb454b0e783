import { pino } from 'pino';
import { type Config, readConfig } from '../src/config.ts';
import { openDeps } from '../src/open-deps.ts';
import { openStore } from '../src/store/open-store.ts';
import { readStoreKeys } from '../src/store/store-keys.ts';
import { copyStore } from './copy-store/copy-store.ts';

/** Copies a store to another: `npm run copy-store -- FROM TO`, with the settings of the server that FROM belongs to. */
const [from, to] = process.argv.slice(2);

/** Characters of the bar. */
const WIDTH = 30;

const bar = (share: number): string => '#'.repeat(Math.round(WIDTH * share)).padEnd(WIDTH, '.');

/** Keys are for stores of SQLite: a MongoDB is refused where they are set. */
const settingsOf = (store: string): Config => {
  const keys = store.startsWith('sqlite:') ? {} : { KIUNGO_STORE_KEYS: undefined };
  return readConfig({ ...process.env, ...keys, KIUNGO_STORE: store });
};

const run = async (source: string, target: string): Promise<void> => {
  const opened = await openDeps(settingsOf(source), pino({ level: 'warn' }));
  try {
    const store = await openStore(target, { keys: readStoreKeys(settingsOf(target).storeKeys) });
    try {
      let told = '';
      const { versions, checksum } = await copyStore(opened.deps, store, ({ step, done, total }) => {
        const line = `${bar(done / total)} ${step} ${Math.floor((100 * done) / total)} %`;
        if (line === told) return;
        told = line;
        process.stderr.write(`\r${line} `);
      });
      process.stderr.write('\n');
      process.stdout.write(`${versions} versions, sha256 ${checksum}\n`);
    } finally {
      await store.close();
    }
  } finally {
    await opened.close();
  }
};

if (from === undefined || to === undefined) {
  process.stderr.write('Say from where to where: npm run copy-store -- sqlite:data/kiungo.db mongodb://host/kiungo\n');
  process.exitCode = 1;
} else {
  await run(from, to).catch((error: unknown) => {
    process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
