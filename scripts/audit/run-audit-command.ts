import { parseArgs } from 'node:util';
import { type AuditVerdict, verifyAudit } from '../../src/audit/verify-audit.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { openStore } from '../../src/store/open-store.ts';
import { StoreInUseError } from '../../src/store/store-error.ts';
import { readStoreKeys } from '../../src/store/store-keys.ts';
import { createAsk, taken } from '../ask-server.ts';

const USAGE = `Whether the audit trail is as it was written.

  npm run audit -- verify [--noted ROW:HASH]

ROW:HASH is what an earlier verify has printed as the last row. Keep it elsewhere: that nothing was cut off the end shows by it alone.
The settings are those of the server (KIUNGO_STORE and so on). It may run meanwhile.`;

const NOTED = /^(\d{1,15}):([0-9a-f]{64})$/;

const verdictOf = async (config: Config, noted: string | undefined): Promise<AuditVerdict> => {
  try {
    const store = await openStore(config.store, { keys: readStoreKeys(config.storeKeys) });
    try {
      const [, sequence, hash] = NOTED.exec(noted ?? '') ?? [];
      return await verifyAudit(store, hash === undefined ? undefined : { sequence: Number(sequence), hash });
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof StoreInUseError)) throw error;
    const ask = await createAsk(config);
    const query = noted === undefined ? '' : `?noted=${noted}`;
    return taken(await ask('GET', `/admin/audit/verdict${query}`)) as unknown as AuditVerdict;
  }
};

/**
 * `npm run audit`: looks through the audit trail of the store that the settings name, or has the server do it that has it open.
 * @throws {Error} with a text for the operator, naming the first row that is not as it was written
 */
export const runAuditCommand = async (
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  print: (text: string) => void,
): Promise<void> => {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { noted: { type: 'string' } },
    allowPositionals: true,
  });
  const { noted } = values;
  if (positionals.join(' ') !== 'verify' || (noted !== undefined && !NOTED.test(noted))) throw new Error(USAGE);
  const { rows, broken, forgotten, last } = await verdictOf(readConfig(environment), noted);
  if (broken !== undefined) {
    throw new Error(
      `The audit trail was changed: row ${broken} is not as it was written, or one before it is missing.`,
    );
  }
  if (forgotten !== undefined) print(`Rows up to ${forgotten} were forgotten, as KIUNGO_AUDIT_DAYS says.`);
  print(`${rows} rows, all as they were written.`);
  if (last !== undefined) print(`The last row: ${last.sequence}:${last.hash}`);
};
