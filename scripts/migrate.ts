import { readConfig, withoutSecret } from '../src/config.ts';
import { openStore } from '../src/store/open-store.ts';
import { readStoreKeys } from '../src/store/store-keys.ts';

/** Makes, or brings up to date, the store that `KIUNGO_STORE` names, indexes too, without starting a server: `npm run migrate`. */
const migrate = async (): Promise<void> => {
  const { store: url, storeKeys } = readConfig(process.env);
  const store = await openStore(url, { keys: readStoreKeys(storeKeys) });
  await store.check();
  await store.close();
  process.stdout.write(`${withoutSecret(url)} is up to date.\n`);
};

await migrate().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
