import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as setTimeoutAsync } from 'node:timers/promises';
import type { ConnectionOptions } from 'node:tls';
import type { Config } from './config.ts';
import { createLease } from './integrations/connector/lease.ts';
import { createAuditForwarding } from './integrations/syslog/forward-audit.ts';
import { createSendFrames } from './integrations/syslog/send-frames.ts';
import type { Deps } from './interactions/context.ts';
import { StoreError } from './store/store-error.ts';

/** Forwarding of the audit trail, in this process. */
export interface Forwarding {
  stop(): Promise<void>;
}

/** Of syslog over TLS. https://www.rfc-editor.org/rfc/rfc5425#section-4.1 */
const SYSLOG_PORT = 6514;

const LOOK_MS = 1_000;
/** So long the end waits for the receiver, in milliseconds. */
const MOST_STOP_MS = 3_000;

const pemOf = (setting: string, file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${setting}: ${file}: ${(error as Error).message}`, { cause: error });
  }
};

/** Who gets the audit trail, and how that is reached; undefined for nobody. @throws {Error} naming the setting whose file cannot be used */
export const readSyslog = ({
  syslog,
  syslogAuthority,
  syslogCert,
  syslogKey,
}: Config): ConnectionOptions | undefined => {
  if (syslog === '') return undefined;
  const { hostname: host, port } = new URL(`tls://${syslog}`);
  return {
    ...{ host: host.replaceAll(/[[\]]/g, ''), port: Number(port || SYSLOG_PORT) },
    ...(syslogAuthority !== '' && { ca: pemOf('KIUNGO_SYSLOG_CA', syslogAuthority) }),
    ...(syslogCert !== '' && {
      cert: pemOf('KIUNGO_SYSLOG_CERT', syslogCert),
      key: pemOf('KIUNGO_SYSLOG_KEY', syslogKey),
    }),
  };
};

/**
 * Starts to forward the audit trail.
 * @param options.isExclusive whether no other process can have the store open
 * @param options.fault is told what the operator should know, but for what stands in the way at the receiver
 */
export const startSyslog = (
  { store, now, newId, settings, tell }: Deps,
  receiver: ConnectionOptions,
  { isExclusive, fault }: { isExclusive: boolean; fault: (error: unknown) => void },
): Forwarding => {
  const forwarding = createAuditForwarding({
    ...{ store, now, tell, random: Math.random, baseUrl: () => settings.baseUrl },
    lease: createLease(store, { peer: 'syslog', term: isExclusive ? newId() : '', now }),
    send: createSendFrames(receiver),
    sender: { host: hostname(), processId: process.pid },
  });
  let working: Promise<void> | undefined;
  const look = (): void => {
    working ??= forwarding
      .work()
      // That the store does not answer is told by /ready.
      .catch((error: unknown) => error instanceof StoreError || fault(error))
      .then(() => {
        working = undefined;
      });
  };
  const timer = setInterval(look, LOOK_MS).unref();
  look();
  return {
    stop: async () => {
      clearInterval(timer);
      const ended = Promise.resolve(working).then(forwarding.save).catch(fault);
      // What was not read by then is sent after the next start.
      await Promise.race([ended, setTimeoutAsync(MOST_STOP_MS, undefined, { ref: false })]);
    },
  };
};
