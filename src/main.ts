import { pino } from 'pino';
import { startApp } from './app.ts';
import { isLoopback, readConfig } from './config.ts';

/** Starts the server with the settings of the environment, and ends it in good order on SIGTERM and SIGINT. */
const main = async (): Promise<void> => {
  const config = readConfig(process.env);
  const destination = pino.destination({ sync: false, minLength: 8192, periodicFlush: 500 });
  const log = pino({ level: config.logLevel, base: null }, destination);
  const app = await startApp(config, log);
  if (!isLoopback(config.host)) {
    log.warn('KIUNGO_INSECURE=yes: everybody who can reach this server may read and change everything in it');
  }
  log.info(
    { url: app.url, store: config.store.replace(/\/\/[^@/]*@/, '//'), readyMs: Math.round(performance.now()) },
    'ready',
  );
  destination.flushSync();

  let closing = false;
  const close = async (signal: string): Promise<void> => {
    if (closing) return;
    closing = true;
    log.info({ signal }, 'closing');
    await app.close();
    destination.flushSync();
    process.exitCode = 0;
  };
  process.on('SIGTERM', close);
  process.on('SIGINT', close);
};

main().catch((error: unknown) => {
  process.stderr.write(`Kiungo cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
