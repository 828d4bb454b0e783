import type { Mediator } from './mediator.ts';
import type { ConsoleSettings, OpenhimClient } from './openhim-client.ts';

/** What keeping a mediator registered needs. */
export interface KeepRegisteredOptions {
  client: OpenhimClient;
  mediator: Mediator;
  /** Whether the channels of the registration are made, once. */
  makesChannels: boolean;
  /** Called with what the console says, at the start and after each change there. */
  configure(settings: ConsoleSettings): void;
  /** Tells the operator, in the log. */
  tell(text: string, facts: Readonly<Record<string, string | number>>): void;
  /** Takes note of a registration, or of why OpenHIM cannot be used. Heartbeats are not told of. */
  note(reason?: string): void;
  /** Milliseconds from heartbeat to heartbeat. OpenHIM calls a mediator down after a minute without one. */
  everyMs?: number;
}

/** A mediator that is kept registered until it is closed. */
export interface KeptRegistration {
  close(): void;
}

const EVERY_MS = 10_000;
const LONGEST_WAIT_MS = 60_000;

/**
 * Registers with OpenHIM and sends heartbeats, for as long as this server lives: OpenHIM may come later, go, and forget. Nothing else waits
 * for it, and its failures are told once each, not with every beat.
 */
export const keepRegistered = (options: KeepRegisteredOptions): KeptRegistration => {
  const { client, mediator, makesChannels, configure, tell, note, everyMs = EVERY_MS } = options;
  const started = performance.now();
  let isRegistered = false;
  let hasChannels = !makesChannels;
  let failures = 0;
  let told: string | undefined;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;

  const step = async (): Promise<void> => {
    if (!isRegistered) await client.register(mediator);
    if (!hasChannels) {
      hasChannels = true;
      // They are there already after another start; names of channels are unique.
      await client
        .makeChannels(mediator.urn)
        .catch((error: Error) => tell('OpenHIM made no channels', { reason: error.message }));
    }
    const uptime = (performance.now() - started) / 1000;
    const settings = await client.beat(mediator.urn, isRegistered ? { uptime } : { uptime, config: true });
    if (settings === 'forgotten') {
      isRegistered = false;
      throw new Error('OpenHIM has forgotten this mediator.');
    }
    if (isClosed) return;
    if (settings !== undefined) configure(settings);
    if (!isRegistered) {
      tell('Registered with OpenHIM', { urn: mediator.urn });
      note();
    }
    isRegistered = true;
  };

  const run = async (): Promise<void> => {
    try {
      await step();
      failures = 0;
      told = undefined;
    } catch (error) {
      const reason = (error as Error).message;
      if (reason !== told && !isClosed) {
        tell('OpenHIM cannot be used', { reason });
        note(reason);
      }
      told = reason;
      failures++;
    }
    if (isClosed) return;
    const waitMs = Math.min(everyMs * 2 ** Math.max(0, failures - 1), Math.max(everyMs, LONGEST_WAIT_MS));
    timer = setTimeout(run, waitMs).unref();
  };

  run();
  return {
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
};
