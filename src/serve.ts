import { pino } from 'pino';
import { startApp } from './app.ts';
import { isLoopback, readConfig, withoutSecret } from './config.ts';
import { releaseGarbage } from './release-garbage.ts';

/** Bytes of log lines that are gathered before they are written; what is left is written twice a second and at the end. */
const LOG_BUFFER = 8192;

/**
 * Runs the server with the settings of an environment until SIGTERM or SIGINT, then ends it in good order. What keeps it from
 * starting is told on standard error, and the process ends with 1.
 */
export const serve = async (environment: Readonly<Record<string, string | undefined>>): Promise<void> => {
  const config = readConfig(environment);
  const destination = pino.destination({ sync: false, minLength: LOG_BUFFER, periodicFlush: 500 });
  const log = pino({ level: config.logLevel, base: null }, destination);
  const app = await startApp(config, log);
  if (!isLoopback(config.host) && config.auth.length === 0) {
    log.warn('KIUNGO_INSECURE=yes: everybody who can reach this server may read and change everything in it');
  } else if (!isLoopback(config.host) && config.insecure === 'yes') {
    log.warn('KIUNGO_INSECURE=yes: tokens and data may go over the network in clear');
  }
  let closing = false;
  const close = async (signal: string): Promise<void> => {
    if (closing) return;
    closing = true;
    log.info({ signal }, 'closing');
    await app.close();
    destination.flushSync();
    // A log that nobody reads any more (a closed pipe) would keep the process alive.
    process.exit(0);
  };
  process.on('SIGTERM', close);
  process.on('SIGINT', close);

  releaseGarbage();
  // Whoever waits for this line may send a signal at once.
  log.info({ url: app.url, store: withoutSecret(config.store), readyMs: Math.round(performance.now()) }, 'ready');
  destination.flushSync();
};
