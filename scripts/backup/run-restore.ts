import { existsSync } from 'node:fs';
import { copyFile, rename, rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { auditRow } from '../../src/audit/audit-facts.ts';
import { machineNow } from '../../src/clock.ts';
import { isAudited, readConfig } from '../../src/config.ts';
import { formatInstant } from '../../src/fhir/datetime.ts';
import { isSealed, openSealed } from '../../src/store/sealed-file.ts';
import { checkDatabase } from '../../src/store/sqlite/back-up.ts';
import { NothingStored, rollBack } from '../../src/store/sqlite/roll-back.ts';
import type { AuditRow } from '../../src/store/store.ts';
import { keyIn, sqliteFile } from './sqlite-file.ts';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;

/** The moment that `--until` names, in milliseconds since 1970 UTC. @throws {Error} where it is none */
const readInstant = (text: string): number => {
  const instant = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(instant)) return instant;
  throw new Error(`--until is "${text}", but must be a moment with its zone, like 2026-11-24T10:00:00+03:00.`);
};

/** What the audit trail tells of versions that went. */
const rowOf =
  (until: number) =>
  (versions: number): AuditRow => {
    const note = `npm run restore on the machine of the store: back to ${formatInstant(until)}, ${versions} versions undone`;
    const by = { clientId: 'operator' };
    return auditRow({ at: machineNow(), deed: 'administration', outcome: 0, by, note, patients: [] });
  };

/** Makes the restored file what it was at a moment. @returns what to say of it */
const goBack = (file: string, until: number, audited: boolean): string => {
  try {
    const versions = rollBack(file, until, audited ? rowOf(until) : () => undefined);
    return `, as it was at ${formatInstant(until)}: ${versions} later versions were undone`;
  } catch (error) {
    if (!(error instanceof NothingStored)) throw error;
    throw new Error(`Nothing was stored yet at ${formatInstant(until)}. Name a later moment.`, { cause: error });
  }
};

/**
 * Makes the store anew from a backup: `npm run restore -- BACKUP [--key-file FILE]`, with `--until INSTANT` as it was at a moment before the backup
 * was made; with `--check` only reads the backup through. A store that is there is never overwritten.
 * @throws {Error} with a text for the operator
 */
export const runRestore = async (
  args: string[],
  environment: Readonly<Record<string, string | undefined>>,
  say: (text: string) => void,
): Promise<void> => {
  const options = {
    'key-file': { type: 'string' },
    until: { type: 'string' },
    check: { type: 'boolean', default: false },
  } as const;
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
  const [from, ...more] = positionals;
  if (from === undefined || more.length > 0)
    throw new Error('Say what from: npm run restore -- kiungo-2026-11-24.backup');
  if (!existsSync(from)) throw new Error(`There is no ${from}.`);
  const file = sqliteFile(environment);
  const until = values.until === undefined ? undefined : readInstant(values.until);
  if (!values.check && [file, `${file}-wal`].some(existsSync)) {
    throw new Error(`${file} is there already. Move it away, with ${file}-wal, or name another in KIUNGO_STORE.`);
  }
  const key = keyIn(values['key-file']);
  const sealed = await isSealed(from);
  if (sealed && key === undefined) throw new Error(`${from} is encrypted. Name its key with --key-file.`);
  const copy = `${file}.restoring`;
  try {
    if (sealed) await openSealed(from, copy, key!);
    else await copyFile(from, copy);
    checkDatabase(copy);
    if (values.check) return say(`${from} is whole.`);
    const then = until === undefined ? '' : goBack(copy, until, isAudited(readConfig(environment)));
    await rename(copy, file);
    say(`${file} is what ${from} was${then}. Start the server.`);
  } finally {
    for (const suffix of ['', '-wal', '-shm']) await rm(copy + suffix, { force: true });
  }
};
