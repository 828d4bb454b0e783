import { createClock } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import { type OutboxesReport, replayOutbox, reportOutboxes } from '../../src/integrations/connector/outbox-report.ts';
import { openStore } from '../../src/store/open-store.ts';
import { StoreInUseError } from '../../src/store/store-error.ts';
import { readStoreKeys } from '../../src/store/store-keys.ts';
import { createAsk, taken } from '../ask-server.ts';

const USAGE = `What waits for other systems, and what could not be delivered.

  npm run outbox -- list
  npm run outbox -- replay PEER

The settings are those of the server (KIUNGO_STORE and so on). It may run meanwhile.`;

interface Outboxes {
  report(): Promise<OutboxesReport>;
  /** Gives how many messages were taken back from those that were set aside. */
  replay(peer: string): Promise<number>;
  close(): Promise<void>;
}

/** Opens the store of the settings or, where a server has it, asks that. */
const openOutboxes = async (environment: Readonly<Record<string, string | undefined>>): Promise<Outboxes> => {
  const config = readConfig(environment);
  try {
    const store = await openStore(config.store, { keys: readStoreKeys(config.storeKeys) });
    const now = createClock(store.lastUpdated);
    return {
      report: () => reportOutboxes(store),
      replay: async peer => {
        const count = await replayOutbox(store, peer, now);
        if (count === undefined) throw new Error(`No outbox is called ${peer}. npm run outbox -- list`);
        return count;
      },
      close: () => store.close(),
    };
  } catch (error) {
    if (!(error instanceof StoreInUseError)) throw error;
    const ask = await createAsk(config);
    return {
      report: async () => taken(await ask('GET', '/admin/outboxes')) as unknown as OutboxesReport,
      replay: async peer =>
        Number(taken(await ask('POST', `/admin/outboxes/${encodeURIComponent(peer)}/replay`)).replayed),
      close: async () => {},
    };
  }
};

const linesOf = ({ outboxes, deadLetters }: OutboxesReport): string[] => [
  ...outboxes.map(({ peer, messages, waiting, failure }) =>
    [peer, `${messages} messages`, `${waiting} waiting`, ...(failure === undefined ? [] : [failure.reason])].join('\t'),
  ),
  ...deadLetters.map(({ peer, number, reason, at }) =>
    [peer, `message ${number} set aside`, new Date(at).toISOString(), reason].join('\t'),
  ),
];

/**
 * Tells what waits and what was set aside, or has it sent again: in the store itself, or by the server that has it open.
 * @throws {Error} with a text for the operator
 */
export const runOutboxCommand = async (
  [command, peer, ...rest]: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  print: (text: string) => void,
): Promise<void> => {
  const isList = command === 'list' && peer === undefined;
  const isReplay = command === 'replay' && peer !== undefined && rest.length === 0;
  if (!isList && !isReplay) throw new Error(USAGE);
  const outboxes = await openOutboxes(environment);
  try {
    if (isReplay) print(`${await outboxes.replay(peer)} messages are taken back; what waits for ${peer} is tried now.`);
    else for (const line of linesOf(await outboxes.report())) print(line);
  } finally {
    await outboxes.close();
  }
};
